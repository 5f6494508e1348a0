package io.feiqian.layer7;

import io.feiqian.proxy.HttpAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on a client's connection of HTTP/1.1: answers, how each of them ends, and whether
 * another request may follow. Confined to the connection's event loop.
 */
final class Http1Answers {
    private final Worker worker;
    private final ChannelHandlerContext ctx;
    private final Head request;
    private final Outlet out;
    private boolean kept;
    private boolean chunked;

    Http1Answers(Worker worker, ChannelHandlerContext ctx, Head request) {
        this.worker = worker;
        this.ctx = ctx;
        this.request = request;
        this.out = new Outlet(ctx);
    }

    /** An answer to the request whose head is there now. */
    void begin(boolean keep) {
        kept = keep && !worker.engine.isStopping();
        chunked = false;
    }

    /** Whether another request may follow. */
    boolean isKept() {
        return kept;
    }

    /** None may. */
    void closes() {
        kept = false;
    }

    void informational(Head answer) {
        if (!request.old) {
            worker.scratch.clear();
            HeadWriter.answer(answer, worker.scratch, false, HeadWriter.Connection.KEPT);
            out.bytes(worker.scratch);
        }
    }

    void head(Head answer, boolean bodyless) {
        boolean open = !bodyless && answer.bodyLength == Head.UNKNOWN;
        chunked = open && !request.old;
        if (answer.close || (open && request.old) || worker.engine.isStopping()) {
            kept = false;
        }
        worker.scratch.clear();
        HeadWriter.answer(
                answer,
                worker.scratch,
                chunked,
                !kept
                        ? HeadWriter.Connection.CLOSED
                        : request.old
                                ? HeadWriter.Connection.SAID_KEPT
                                : HeadWriter.Connection.KEPT);
        out.bytes(worker.scratch);
    }

    void upgraded(Head answer) {
        kept = false;
        chunked = false;
        worker.scratch.clear();
        HeadWriter.answer(answer, worker.scratch, false, HeadWriter.Connection.UPGRADED);
        out.bytes(worker.scratch);
    }

    void data(ByteBuf from, int many) {
        if (chunked) {
            out.chunk(from, many, worker.scratch);
        } else {
            out.body(from, many);
        }
    }

    void end(@Nullable Head trailers) {
        if (chunked && trailers != null) {
            out.lastChunk(trailers, worker.scratch);
        } else if (chunked) {
            out.lastChunk();
        }
    }

    /** Answers what is no request, without its end; none may follow. */
    void own(HttpAnswer answer) {
        byte[] content = answer.body().getBytes(StandardCharsets.UTF_8);
        Head own = worker.head();
        Forwarding.own(own, answer, content.length, Map.of(), worker.date());
        kept = false;
        chunked = false;
        head(own, false);
        data(Unpooled.wrappedBuffer(content), content.length);
    }

    void flush() {
        out.flush();
    }

    boolean isWritable() {
        return out.isWritable();
    }

    /** Whether TLS is spoken, which has an end of its own. */
    boolean isSecure() {
        return ctx.pipeline().get(SslHandler.class) != null;
    }

    /** Sends what is written, then closes. */
    void flushAndClose() {
        out.flushLast()
                .addListener(done -> {
                    var _ = ctx.close();
                });
    }

    /**
     * Sends what is written, then ends this direction only, so that what the client still sends
     * does not destroy what it has not read yet.
     *
     * @param then runs when it was sent
     */
    void flushAndShut(Runnable then) {
        out.flushLast()
                .addListener(done -> {
                    then.run();
                    if (ctx.channel() instanceof DuplexChannel duplex && duplex.isActive()) {
                        var _ = duplex.shutdownOutput();
                    }
                });
    }

    boolean isActive() {
        return ctx.channel().isActive();
    }

    /** Whether more is read from the client. */
    void reading(boolean wanted) {
        var config = ctx.channel().config();
        if (config.isAutoRead() != wanted) {
            config.setAutoRead(wanted);
        }
    }

    /** Closes, whatever was not sent. */
    void close() {
        var _ = ctx.close();
    }

    /** Forgets what was not sent. */
    void release() {
        out.release();
    }
}
