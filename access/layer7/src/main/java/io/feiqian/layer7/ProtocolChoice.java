package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Waits at the beginning of a connection until it is known what is spoken: by ALPN where it begins
 * with TLS, by the preface of HTTP/2 where it does not (RFC 9113, 3.3). Then it steps aside.
 */
final class ProtocolChoice extends ChannelInboundHandlerAdapter {
    /** No request of HTTP/1.1 begins so. */
    private static final byte[] PREFACE = {'P', 'R', 'I', ' '};

    private final Worker worker;
    private final boolean secure;
    private final Function<Boolean, ChannelHandler> choice;
    private final Timed late = new Late();
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ByteBuf held;
    private boolean chosen;

    /**
     * A connection's.
     *
     * @param secure whether it begins with TLS
     * @param wait how long the first bytes may take, nanoseconds
     * @param choice who goes on: for true HTTP/2, for false HTTP/1.1
     */
    ProtocolChoice(
            Worker worker, boolean secure, long wait, Function<Boolean, ChannelHandler> choice) {
        this.worker = worker;
        this.secure = secure;
        this.choice = choice;
        late.due(worker.wheel, worker.now() + wait);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newCtx) {
        ctx = newCtx;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext newCtx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                choose(
                        newCtx,
                        io.feiqian.proxy.TlsServer.spoken(newCtx.channel())
                                .filter(io.feiqian.proxy.TlsContexts.HTTP2::equals)
                                .isPresent());
            } else {
                var _ = newCtx.close();
            }
        } else if (Http1Client.LEAVE.equals(event)) {
            var _ = newCtx.close();
        }
        newCtx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext newCtx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = held;
        if (before != null) {
            held = null;
            in = newCtx.alloc().buffer().writeBytes(before).writeBytes(in);
            before.release();
            ((ByteBuf) message).release();
        }
        int many = Math.min(PREFACE.length, in.readableBytes());
        boolean same = true;
        for (int i = 0; i < many; i++) {
            same &= in.getByte(in.readerIndex() + i) == PREFACE[i];
        }
        held = in;
        if (secure || (same && many < PREFACE.length)) {
            return;
        }
        choose(newCtx, same);
    }

    /** What was held goes to who goes on, when this one is gone. */
    private void choose(ChannelHandlerContext newCtx, boolean http2) {
        if (chosen) {
            return;
        }
        chosen = true;
        newCtx.pipeline().addAfter(newCtx.name(), null, choice.apply(http2));
        newCtx.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext newCtx) {
        worker.wheel.remove(late);
        ByteBuf first = held;
        held = null;
        if (first == null) {
            return;
        }
        if (chosen) {
            newCtx.fireChannelRead(first);
            newCtx.fireChannelReadComplete();
        } else {
            first.release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext newCtx, Throwable fault) {
        var _ = newCtx.close();
    }

    private final class Late extends Timed {
        @Override
        void expired(long now) {
            ChannelHandlerContext here = ctx;
            if (here != null) {
                var _ = here.close();
            }
        }
    }
}
