package io.feiqian.layer7;

import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client's connection of HTTP/2: its request as it comes, its answer as it goes.
 * What no backend takes yet is kept here, and the client gets no more window for it. Confined to
 * its event loop.
 */
final class Http2ClientStream implements ClientSide {
    private static final byte[] ACCEPT = Bytes.ascii("sec-websocket-accept");

    private final Http2Client home;
    private final Http2Stream stream;
    final Exchange exchange;
    private final Head head = new Head();
    private final Timed slow = new Slow();
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(2);
    private @Nullable Head trailers;
    private @Nullable Http2Headers answer;
    private @Nullable ByteBuf last;
    private boolean requestOver;
    private boolean requestTold;
    private boolean stopped;
    private boolean tunnel;
    private boolean answerOver;
    private boolean closed;
    private int padding;
    private long bodyUntil;

    Http2ClientStream(Http2Client home, Http2Stream stream) {
        this.home = home;
        this.stream = stream;
        this.exchange = new Exchange(home.worker, this, home.peer);
    }

    // The request.

    void begin(Http2Headers headers, boolean end) throws Http2Exception {
        Malformed wrong = Http2Heads.request(headers, head, home.config.heads(), end);
        if (Http2Heads.BROKEN.equals(wrong)) {
            stopped = true;
            throw Http2Exception.streamError(
                    stream.id(), Http2Error.PROTOCOL_ERROR, "malformed head");
        }
        requestOver = end;
        if (wrong != null) {
            stopped = true;
            refuse(wrong.answer());
            return;
        }
        tunnel = head.upgrades();
        if (tunnel) {
            WebSockets.key(head, home.worker.chance(), home.worker.chance());
        }
        requestTold = head.bodyLength() == 0;
        bodyUntil = home.worker.now() + home.config.timeouts().request().toNanos();
        exchange.begin(head);
        waitForBody();
    }

    /** Answers without an exchange: nothing of the request is worth one. */
    private void refuse(HttpAnswer refusal) {
        byte[] body = refusal.body().getBytes(StandardCharsets.UTF_8);
        Head own = home.worker.head();
        Forwarding.own(own, refusal, body.length, Map.of(), home.worker.date());
        answerHead(own, false);
        answerData(Unpooled.wrappedBuffer(body), body.length);
        answerEnd(null);
        flush();
    }

    void trailers(Http2Headers headers) throws Http2Exception {
        Head read = new Head();
        if (!Http2Heads.trailers(headers, read)) {
            throw Http2Exception.streamError(
                    stream.id(), Http2Error.PROTOCOL_ERROR, "malformed trailers");
        }
        if (read.fields() > home.config.heads().fields()) {
            throw Http2Exception.streamError(
                    stream.id(), Http2Error.ENHANCE_YOUR_CALM, "too many trailers");
        }
        requestOver = true;
        trailers = read;
        pass();
    }

    /** Data has come; returns how much of it was taken. */
    int data(ByteBuf data, int itsPadding, boolean end) {
        int many = data.readableBytes();
        requestOver |= end;
        if (stopped || exchange.isOver()) {
            return many + itsPadding;
        }
        if (held.isEmpty() && takes()) {
            if (many > 0) {
                exchange.requestData(data, many);
            }
            tellEnd();
            home.touch(this);
            waitForBody();
            return many + itsPadding;
        }
        if (many > 0) {
            held.add(data.retainedSlice());
        }
        padding += itsPadding;
        slow.notDue();
        return 0;
    }

    private boolean takes() {
        return exchange.takesData();
    }

    @Override
    public void resumeRequest() {
        pass();
    }

    private void pass() {
        int taken = padding;
        padding = 0;
        while (!held.isEmpty() && !stopped && takes()) {
            ByteBuf next = held.remove();
            int many = next.readableBytes();
            taken += many;
            try {
                exchange.requestData(next, many);
            } finally {
                next.release();
            }
        }
        if (!closed) {
            home.consumed(stream, taken);
        }
        if (!stopped) {
            tellEnd();
            home.touch(this);
            waitForBody();
        }
    }

    private void tellEnd() {
        if (requestOver && held.isEmpty() && !requestTold && !exchange.isOver()) {
            requestTold = true;
            exchange.requestEnd(trailers);
        } else if (requestOver && held.isEmpty() && tunnel && !exchange.isOver()) {
            exchange.clientGone();
            answerEnd(null);
        }
    }

    @Override
    public void stopRequest() {
        stopped = true;
        slow.notDue();
        int kept = padding;
        padding = 0;
        for (ByteBuf each = held.poll(); each != null; each = held.poll()) {
            kept += each.readableBytes();
            each.release();
        }
        if (!closed) {
            home.consumed(stream, kept);
        }
    }

    /** The client has its time for the next piece; calls of gRPC may pause as they like. */
    private void waitForBody() {
        if (requestOver || stopped || tunnel || !held.isEmpty() || head.grpc) {
            slow.notDue();
        } else {
            long now = home.worker.now();
            slow.due(
                    home.worker.wheel,
                    Math.min(now + home.config.timeouts().body().toNanos(), bodyUntil));
        }
    }

    /** Whatever ended it: nobody listens any more. */
    void closed() {
        closed = true;
        stopRequest();
        home.worker.wheel.remove(slow);
        ByteBuf unsent = last;
        last = null;
        if (unsent != null) {
            unsent.release();
        }
        if (!exchange.isOver()) {
            exchange.clientGone();
        }
    }

    /** Whether the client has said all. */
    boolean isRequestOver() {
        return requestOver;
    }

    // The answer.

    @Override
    public Client client() {
        return home.peer.client();
    }

    @Override
    public void informational(Head interim) {
        if (!closed) {
            var _ = write(Http2Heads.answer(interim), false);
        }
    }

    @Override
    public void answerHead(Head given, boolean bodyless) {
        answer = Http2Heads.answer(given);
    }

    /** What was asked for by CONNECT is spoken from now on (RFC 8441). */
    @Override
    public void upgraded(Head given) {
        given.status = 200;
        given.dropAll(ACCEPT);
        answer = Http2Heads.answer(given);
        flush();
    }

    @Override
    public long tunnelNanos() {
        return home.config.timeouts().idle().toNanos();
    }

    @Override
    public void answerData(ByteBuf from, int many) {
        if (closed || many == 0) {
            from.skipBytes(many);
            return;
        }
        push();
        last = from.readRetainedSlice(many);
    }

    @Override
    public void answerEnd(@Nullable Head answerTrailers) {
        if (closed || answerOver) {
            return;
        }
        answerOver = true;
        slow.notDue();
        Http2Headers headers = answer;
        ByteBuf data = last;
        ChannelFuture end;
        if (answerTrailers != null) {
            push();
            end = write(Http2Heads.trailers(answerTrailers), true);
        } else if (headers != null && data == null) {
            answer = null;
            end = write(headers, true);
        } else {
            last = null;
            pushHead();
            end = write(data == null ? Unpooled.EMPTY_BUFFER : data, true);
        }
        if (!requestOver) {
            // All was said before all was heard: the client need not go on (RFC 9113, 8.1).
            var _ =
                    end.addListener(_ -> {
                        if (!closed) {
                            home.reset(stream, Http2Error.NO_ERROR);
                        }
                    });
        }
        home.send();
    }

    @Override
    public void answerBroken() {
        if (!closed && !answerOver) {
            answerOver = true;
            home.reset(stream, Http2Error.INTERNAL_ERROR);
        }
    }

    @Override
    public void flush() {
        if (!closed) {
            push();
            home.send();
            watch();
        }
    }

    @Override
    public boolean isWritable() {
        return !closed && home.encoder().flowController().isWritable(stream);
    }

    /** The client takes more of the answer again. */
    void writable() {
        if (!exchange.isOver()) {
            exchange.clientWritable();
        }
    }

    private void push() {
        pushHead();
        ByteBuf data = last;
        if (data != null) {
            last = null;
            var _ = write(data, false);
        }
    }

    private void pushHead() {
        Http2Headers headers = answer;
        if (headers != null) {
            answer = null;
            var _ = write(headers, false);
        }
    }

    private ChannelFuture write(Http2Headers headers, boolean end) {
        ChannelHandlerContext ctx = home.context();
        boolean nothing = end && headers.isEmpty();
        return nothing
                ? write(Unpooled.EMPTY_BUFFER, true)
                : home.encoder()
                        .writeHeaders(
                                ctx,
                                stream.id(),
                                headers.isEmpty() ? EmptyHttp2Headers.INSTANCE : headers,
                                0,
                                end,
                                ctx.newPromise());
    }

    private ChannelFuture write(ByteBuf data, boolean end) {
        ChannelHandlerContext ctx = home.context();
        ChannelFuture written =
                home.encoder().writeData(ctx, stream.id(), data, 0, end, ctx.newPromise());
        var _ = written.addListener(_ -> progress());
        return written;
    }

    /** A piece has gone out: the client has its time for the next. */
    private void progress() {
        if (slow.due() != Timed.NEVER && requestOver) {
            slow.notDue();
        }
        watch();
    }

    private void watch() {
        if (!closed
                && slow.due() == Timed.NEVER
                && home.encoder().flowController().hasFlowControlled(stream)) {
            slow.due(
                    home.worker.wheel,
                    home.worker.now() + home.config.timeouts().answer().toNanos());
        }
    }

    /** The client is slower than it may be. */
    private final class Slow extends Timed {
        @Override
        void expired(long now) {
            if (closed) {
                return;
            }
            if (home.encoder().flowController().hasFlowControlled(stream)) {
                home.reset(stream, Http2Error.CANCEL);
            } else if (!requestOver && !exchange.isOver()) {
                exchange.clientLate("the request did not arrive in time");
            }
        }
    }
}
