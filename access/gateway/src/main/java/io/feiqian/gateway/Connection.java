package io.feiqian.gateway;

import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: takes one request after the other, whole, and answers each before it looks at the
 * next, so that pipelined requests are answered in order and nobody can make it hold more than one.
 *
 * <p>Confined to its event loop. After anything whose end on the wire is doubtful it answers and
 * closes.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    /** The event that closes a connection once it has answered what it has begun. */
    static final Object LEAVE = new Object();

    /** What the connection waits for; each has its own patience. */
    private enum Phase {
        IDLE,
        ARRIVING,
        WORKING,
        ANSWERING
    }

    private static final int MOST_WAITING = 16;

    private final Front front;
    private final GatewayConfig config;
    private final Clock clock;
    private final Deque<HttpObject> waiting = new ArrayDeque<>();
    private Phase phase = Phase.IDLE;
    private long since;
    private @Nullable Arriving arriving;
    private boolean closing;
    private boolean paused;

    Connection(Front front, GatewayConfig config, Clock clock) {
        this.front = front;
        this.config = config;
        this.clock = clock;
        this.since = clock.nanos();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        watch(ctx, config.requestTimeout());
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        releaseWaiting();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
            return;
        }
        waiting.add((HttpObject) message);
        work(ctx);
    }

    /** Bytes have come: from here on a request has a limited time to arrive. */
    void bytesCame() {
        if (phase == Phase.IDLE) {
            enter(Phase.ARRIVING);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event.equals(LEAVE) && (phase == Phase.IDLE || phase == Phase.ARRIVING) && !closing) {
            var _ = ctx.close();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable fault) {
        LOG.debug("connection {} broke", ctx.channel().remoteAddress(), fault);
        var _ = ctx.close();
    }

    private void work(ChannelHandlerContext ctx) {
        while (!closing && (phase == Phase.IDLE || phase == Phase.ARRIVING)) {
            HttpObject next = waiting.poll();
            if (next == null) {
                break;
            }
            try {
                take(ctx, next);
            } finally {
                ReferenceCountUtil.release(next);
            }
        }
        // What has been decoded already is kept; where that is much, the socket waits.
        boolean much = waiting.size() > MOST_WAITING;
        if (much != paused) {
            paused = much;
            ctx.channel().config().setAutoRead(!much);
        }
    }

    private void take(ChannelHandlerContext ctx, HttpObject next) {
        if (next.decoderResult().isFailure()) {
            refuse(ctx, undecodable(next.decoderResult().cause()));
            return;
        }
        if (next instanceof HttpRequest request) {
            begin(ctx, request);
        }
        Arriving current = arriving;
        if (next instanceof HttpContent content && current != null) {
            if (!current.add(content.content(), config.maxBodyBytes())) {
                refuse(ctx, tooLarge(current.length() + "+"));
            } else if (next instanceof LastHttpContent) {
                arriving = null;
                answer(ctx, current);
            }
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        if (phase == Phase.IDLE) {
            enter(Phase.ARRIVING);
        }
        HttpAnswer wrong = Framing.refusal(request);
        if (wrong != null) {
            refuse(ctx, wrong);
            return;
        }
        long announced = HttpUtil.getContentLength(request, 0L);
        if (announced > config.maxBodyBytes()) {
            refuse(ctx, tooLarge(Long.toString(announced)));
            return;
        }
        arriving = new Arriving(request);
        if (HttpUtil.is100ContinueExpected(request)) {
            var _ =
                    ctx.writeAndFlush(
                            new DefaultFullHttpResponse(
                                    HttpVersion.HTTP_1_1,
                                    HttpResponseStatus.CONTINUE,
                                    Unpooled.EMPTY_BUFFER));
        }
    }

    private void answer(ChannelHandlerContext ctx, Arriving request) {
        enter(Phase.WORKING);
        HttpQuestion question = request.question();
        front.handle(question)
                .thenAccept(answer -> onLoop(ctx, () -> write(ctx, request, answer)))
                .exceptionally(fault -> {
                    LOG.error("a fault while answering", fault);
                    var _ = ctx.close();
                    return null;
                });
    }

    private static void onLoop(ChannelHandlerContext ctx, Runnable work) {
        if (ctx.executor().inEventLoop()) {
            work.run();
        } else {
            ctx.executor().execute(work);
        }
    }

    private void refuse(ChannelHandlerContext ctx, HttpAnswer answer) {
        arriving = null;
        enter(Phase.ANSWERING);
        closing = true;
        releaseWaiting();
        var _ = send(ctx, answer.closing(), false, false);
    }

    private void write(ChannelHandlerContext ctx, Arriving request, HttpAnswer answer) {
        if (!ctx.channel().isActive()) {
            return;
        }
        enter(Phase.ANSWERING);
        boolean keep = request.keepAlive() && !answer.close() && !front.isStopping();
        if (!keep) {
            closing = true;
            releaseWaiting();
        }
        ChannelFuture sent = send(ctx, answer, request.isHead(), keep);
        if (keep) {
            sent.addListener(done -> {
                if (done.isSuccess()) {
                    enter(Phase.IDLE);
                    work(ctx);
                }
            });
        }
    }

    private ChannelFuture send(
            ChannelHandlerContext ctx, HttpAnswer answer, boolean head, boolean keep) {
        HttpResponseStatus status = HttpResponseStatus.valueOf(answer.status());
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        HttpResponse response;
        if (head) {
            response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        } else {
            response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        }
        var headers = response.headers();
        headers.set(HttpHeaderNames.DATE, DATE.format(clock.now()));
        if (answer.status() != 204) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        if (!answer.contentType().isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
            headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        }
        answer.headers().forEach(headers::set);
        headers.set(
                HttpHeaderNames.CONNECTION,
                keep ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        ChannelFuture sent = ctx.writeAndFlush(response);
        if (!(response instanceof FullHttpResponse)) {
            sent = ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        }
        return keep ? sent : sent.addListener(ChannelFutureListener.CLOSE);
    }

    private void enter(Phase next) {
        phase = next;
        since = clock.nanos();
    }

    /** Looks after the connection again when the patience of its phase may be over. */
    private void watch(ChannelHandlerContext ctx, Duration after) {
        ctx.executor()
                .schedule(() -> look(ctx), after.toNanos(), TimeUnit.NANOSECONDS)
                .addListener(done -> {
                    if (!done.isSuccess() && !done.isCancelled()) {
                        exceptionCaught(ctx, done.cause());
                    }
                });
    }

    private void look(ChannelHandlerContext ctx) {
        if (!ctx.channel().isActive()) {
            return;
        }
        Duration patience =
                switch (phase) {
                    case IDLE -> config.idleTimeout();
                    case ARRIVING, ANSWERING -> config.requestTimeout();
                    // Bounded by the request's own deadline, which the call obeys.
                    case WORKING -> config.longestDeadline().plus(config.requestTimeout());
                };
        long left = patience.toNanos() - (clock.nanos() - since);
        if (left > 0) {
            watch(ctx, Duration.ofNanos(left));
        } else if (phase == Phase.ARRIVING && !closing) {
            refuse(
                    ctx,
                    Problem.answer(
                            408,
                            OutcomeCode.DEADLINE_EXPIRED,
                            "the request did not arrive within " + patience));
            watch(ctx, config.requestTimeout());
        } else {
            var _ = ctx.close();
        }
    }

    private HttpAnswer tooLarge(String bytes) {
        return Problem.answer(
                OutcomeCode.BODY_TOO_LARGE,
                "body: %s bytes (expected: at most %d)".formatted(bytes, config.maxBodyBytes()));
    }

    private HttpAnswer undecodable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Problem.answer(414, OutcomeCode.MALFORMED_REQUEST, "request line: too long");
        }
        if (cause instanceof TooLongHttpHeaderException || cause instanceof TooLongFrameException) {
            return Problem.answer(
                    431,
                    OutcomeCode.MALFORMED_REQUEST,
                    "head: more than %d bytes".formatted(config.maxHeaderBytes()));
        }
        return Problem.answer(
                OutcomeCode.MALFORMED_REQUEST,
                "HTTP: " + FieldValues.shortened(String.valueOf(cause.getMessage())));
    }

    private void releaseWaiting() {
        for (HttpObject each = waiting.poll(); each != null; each = waiting.poll()) {
            ReferenceCountUtil.release(each);
        }
    }

    /** The last step of the way in: hands bytes on, and tells the connection that they came. */
    static final class ByteWatch extends ChannelInboundHandlerAdapter {
        private final Connection connection;

        ByteWatch(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf bytes && bytes.isReadable()) {
                connection.bytesCame();
            }
            ctx.fireChannelRead(message);
        }
    }
}
