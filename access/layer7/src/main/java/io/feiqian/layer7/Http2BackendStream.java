package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection to a backend that speaks HTTP/2. While the client takes its answer
 * more slowly, the backend gets no more window. Confined to its event loop.
 */
final class Http2BackendStream implements BackendSide {
    private final Http2Backend home;
    private final Head head = new Head();
    private @Nullable Exchange exchange;
    private @Nullable Exchange finished;
    private @Nullable Http2Stream stream;
    private @Nullable ByteBuf last;
    private boolean requestOver;
    private boolean answerBegun;
    private boolean bodyless;
    private boolean paused;
    private boolean refused;
    private boolean closed;
    private int unconsumed;

    Http2BackendStream(Http2Backend home, Exchange exchange) {
        this.home = home;
        this.exchange = exchange;
    }

    // The request.

    @Override
    public void requestHead(Head request) {
        ChannelHandlerContext ctx = home.context();
        bodyless = request.verb() == Verb.HEAD;
        requestOver = request.bodyLength() == 0;
        int id = home.connection().local().incrementAndGetNextStreamId();
        ChannelFuture written =
                home.encoder()
                        .writeHeaders(
                                ctx,
                                id,
                                Http2Heads.request(request, home.isSecure()),
                                0,
                                requestOver,
                                ctx.newPromise());
        Http2Stream made = home.connection().stream(id);
        if (made == null) {
            closed = true;
            // Told later: the exchange is still busy with sending.
            ctx.executor().execute(this::unseen);
            return;
        }
        stream = made;
        made.setProperty(home.key, this);
        var _ =
                written.addListener(done -> {
                    if (!done.isSuccess()) {
                        unseen();
                    }
                });
    }

    /** Nothing of it has gone out. */
    private void unseen() {
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.refusedUnseen("the connection takes no more requests");
        }
    }

    @Override
    public void requestData(ByteBuf from, int many) {
        if (closed || many == 0) {
            from.skipBytes(many);
            return;
        }
        push();
        last = from.readRetainedSlice(many);
    }

    @Override
    public void requestEnd(@Nullable Head trailers) {
        if (closed || requestOver) {
            return;
        }
        requestOver = true;
        if (trailers != null) {
            push();
            Http2Headers fields = Http2Heads.trailers(trailers);
            if (!fields.isEmpty()) {
                ChannelHandlerContext ctx = home.context();
                var _ = home.encoder().writeHeaders(ctx, id(), fields, 0, true, ctx.newPromise());
                return;
            }
        }
        ByteBuf data = last;
        last = null;
        write(data == null ? Unpooled.EMPTY_BUFFER : data, true);
    }

    @Override
    public void flush() {
        if (!closed) {
            push();
            home.send();
        }
    }

    @Override
    public boolean isWritable() {
        Http2Stream current = stream;
        return !closed && current != null && home.encoder().flowController().isWritable(current);
    }

    void writable() {
        Exchange current = exchange;
        if (current != null) {
            current.backendWritable();
        }
    }

    private void push() {
        ByteBuf data = last;
        if (data != null) {
            last = null;
            write(data, false);
        }
    }

    private void write(ByteBuf data, boolean end) {
        ChannelHandlerContext ctx = home.context();
        var _ = home.encoder().writeData(ctx, id(), data, 0, end, ctx.newPromise());
    }

    private int id() {
        Http2Stream current = stream;
        return current == null ? 0 : current.id();
    }

    @Override
    public void pause(boolean wanted) {
        paused = wanted;
        Http2Stream current = stream;
        if (!wanted && !closed && current != null) {
            int taken = unconsumed;
            unconsumed = 0;
            home.consumed(current, taken);
        }
    }

    @Override
    public void cancel() {
        exchange = null;
        breakOff(Http2Error.CANCEL);
    }

    private void breakOff(Http2Error error) {
        Http2Stream current = stream;
        if (!closed && current != null) {
            home.reset(current, error);
        }
    }

    // The answer.

    void headers(Http2Headers headers, boolean end) {
        Exchange current = exchange;
        if (current == null) {
            return;
        }
        if (answerBegun) {
            Head trailers = new Head();
            if (end && Http2Heads.trailers(headers, trailers)) {
                ended(current, trailers);
            } else {
                exchange = null;
                breakOff(Http2Error.PROTOCOL_ERROR);
                current.answerBroken("answer: malformed trailers");
            }
            return;
        }
        if (!Http2Heads.answer(headers, head, end) || (end && head.status() < 200)) {
            exchange = null;
            breakOff(Http2Error.PROTOCOL_ERROR);
            current.backendFailed("answer: malformed head");
            return;
        }
        if (head.status() < 200) {
            current.informational(head);
            return;
        }
        answerBegun = true;
        current.answerHead(head, bodyless || Answers.isBodyless(head.status()));
        if (end && exchange == current) {
            ended(current, null);
        }
        home.touch(this);
    }

    /** Data has come; returns how much of it was taken. */
    int data(ByteBuf data, int padding, boolean end) {
        int all = data.readableBytes() + padding;
        Exchange current = exchange;
        if (current == null) {
            return all;
        }
        if (data.isReadable()) {
            current.answerData(data, data.readableBytes());
        }
        if (end && exchange == current) {
            ended(current, null);
        }
        home.touch(this);
        if (paused && !closed && exchange != null) {
            unconsumed += all;
            return 0;
        }
        return all;
    }

    private void ended(Exchange current, @Nullable Head trailers) {
        exchange = null;
        if (!requestOver) {
            // The answer is whole: nobody needs the rest of the request.
            breakOff(Http2Error.NO_ERROR);
        }
        current.answerEnd(trailers);
        finished = current;
    }

    void answerFlush() {
        Exchange current = exchange == null ? finished : exchange;
        finished = null;
        if (current != null) {
            current.answerFlush();
        }
    }

    /** The backend has broken it off. */
    void resetBy(long code) {
        refused = code == Http2Error.REFUSED_STREAM.code();
    }

    /**
     * Whatever ended it.
     *
     * @param unseen whether the backend has said that it did not look at it
     */
    void closed(boolean unseen) {
        closed = true;
        ByteBuf unsent = last;
        last = null;
        if (unsent != null) {
            unsent.release();
        }
        Exchange current = exchange;
        exchange = null;
        if (current == null) {
            return;
        }
        if (answerBegun) {
            current.answerBroken("the backend broke its answer off");
        } else if (refused || unseen) {
            current.refusedUnseen("the backend did not look at it");
        } else {
            current.backendGone(false);
        }
    }
}
