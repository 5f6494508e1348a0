package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a backend that speaks HTTP/2: many requests at a time, as many as the backend
 * allows. Confined to its event loop.
 *
 * <p>It is used from the backend's settings on until it says GOAWAY; what it has not looked at by
 * then, it says itself, so it may be asked of another. A connection on which nothing comes is asked
 * whether it lives, and closed where it does not answer.
 */
final class Http2Backend extends Http2Side {
    /** At most so many, however many the backend allows. */
    private static final int STREAMS = 1_000;

    private static final int STREAM_WINDOW = 1 << 18;
    private static final int CONNECTION_WINDOW = 1 << 21;
    private static final int HEAD_BYTES = 65_536;

    /** How long nothing may come of it while requests wait, before it is asked, and then again. */
    private static final long QUIET = 5_000_000_000L;

    private final Http2Connections home;
    private final Timed watch = new Watch();
    private final ArrayDeque<Http2BackendStream> touched = new ArrayDeque<>();
    private boolean ready;
    private boolean leaving;
    private boolean heard;
    private boolean asked;
    private boolean unused = true;

    private Http2Backend(
            Worker worker,
            Http2Connections home,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(worker, decoder, encoder, settings);
        this.home = home;
        connection().addListener(new Streams());
        encoder.flowController()
                .listener(stream -> {
                    Http2BackendStream ours = stream.getProperty(key);
                    if (ours != null && encoder.flowController().isWritable(stream)) {
                        ours.writable();
                    }
                });
    }

    /** For a connection that belongs there. */
    static Http2Backend of(Worker worker, Http2Connections home) {
        return new Builder(worker, home).build();
    }

    /** Whether one more request fits. */
    boolean hasRoom() {
        return ready
                && !leaving
                && !connection().goAwayReceived()
                && !connection().goAwaySent()
                && context().channel().isActive()
                && connection().local().lastStreamCreated() < Integer.MAX_VALUE - 4
                && connection().local().numActiveStreams()
                        < Math.min(STREAMS, connection().local().maxActiveStreams());
    }

    /** Whether the backend has said that it speaks HTTP/2. */
    boolean isReady() {
        return ready;
    }

    /** Whether nothing is going on. */
    boolean isIdle() {
        return connection().numActiveStreams() == 0;
    }

    /** Whether TLS is spoken on it. */
    boolean isSecure() {
        return context().pipeline().get(SslHandler.class) != null;
    }

    /** One more request; there is room. */
    Http2BackendStream begin(Exchange exchange) {
        unused = false;
        return new Http2BackendStream(this, exchange);
    }

    /** Whether it was used before. */
    boolean isUsed() {
        return !unused;
    }

    /** Takes no more requests; those that are there end first. */
    void leave() {
        leaving = true;
        if (isIdle()) {
            var _ = context().close();
        }
    }

    /** Something of this stream's answer waits to be flushed. */
    void touch(Http2BackendStream stream) {
        touched.add(stream);
    }

    @Override
    public void channelActive(ChannelHandlerContext newCtx) throws Exception {
        super.channelActive(newCtx);
        widen(CONNECTION_WINDOW);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext newCtx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
            SslHandler tls = newCtx.pipeline().get(SslHandler.class);
            String spoken = tls == null ? "h2" : tls.applicationProtocol();
            if (!"h2".equals(spoken)) {
                home.unfit("TLS: " + spoken + " (expected: h2)");
                var _ = newCtx.close();
            }
        } else if (event instanceof SslHandshakeCompletionEvent failed) {
            home.unfit(String.valueOf(failed.cause().getMessage()));
        }
        super.userEventTriggered(newCtx, event);
    }

    @Override
    public void channelRead(ChannelHandlerContext newCtx, Object message) throws Exception {
        heard = true;
        super.channelRead(newCtx, message);
    }

    @Override
    void passOn() {
        for (Http2BackendStream each = touched.poll(); each != null; each = touched.poll()) {
            each.answerFlush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext newCtx) throws Exception {
        leaving = true;
        worker.wheel.remove(watch);
        super.channelInactive(newCtx);
        home.closed(this);
    }

    /** A request has ended. */
    private void ended() {
        if (leaving || connection().goAwayReceived()) {
            leave();
        } else if (isIdle()) {
            watch.due(worker.wheel, worker.now() + home.pool().idleNanos);
        }
        home.room();
    }

    private void began() {
        if (connection().numActiveStreams() == 1) {
            heard = true;
            asked = false;
            watch.due(worker.wheel, worker.now() + QUIET);
        }
    }

    /** Asks a connection that is quiet whether it lives. */
    private void look() {
        if (isIdle()) {
            leave();
            return;
        }
        if (heard) {
            heard = false;
            asked = false;
        } else if (asked) {
            var _ = context().close();
            return;
        } else {
            asked = true;
            var _ = encoder().writePing(context(), false, worker.now(), context().newPromise());
            flush(context());
        }
        watch.due(worker.wheel, worker.now() + QUIET);
    }

    private @Nullable Http2BackendStream ours(int id) {
        Http2Stream stream = connection().stream(id);
        return stream == null ? null : stream.getProperty(key);
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext newCtx,
                int id,
                Http2Headers headers,
                int padding,
                boolean end) {
            Http2BackendStream ours = ours(id);
            if (ours != null) {
                ours.headers(headers, end);
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext newCtx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            onHeadersRead(newCtx, id, headers, padding, end);
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext newCtx, int id, ByteBuf data, int padding, boolean end) {
            Http2BackendStream ours = ours(id);
            return ours == null ? data.readableBytes() + padding : ours.data(data, padding, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext newCtx, int id, long code) {
            Http2BackendStream ours = ours(id);
            if (ours != null) {
                ours.resetBy(code);
            }
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext newCtx, Http2Settings settings)
                throws Http2Exception {
            control();
            if (!ready) {
                ready = true;
                watch.due(worker.wheel, worker.now() + home.pool().idleNanos);
            }
            home.room();
        }

        @Override
        public void onPingRead(ChannelHandlerContext newCtx, long data) throws Http2Exception {
            control();
        }

        @Override
        public void onGoAwayRead(
                ChannelHandlerContext newCtx, int lastId, long code, ByteBuf debug) {
            leave();
        }
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamActive(Http2Stream stream) {
            began();
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            Http2BackendStream ours = stream.getProperty(key);
            if (ours != null) {
                ours.closed(
                        connection().goAwayReceived()
                                && stream.id() > connection().local().lastStreamKnownByPeer());
            }
            ended();
        }
    }

    private final class Watch extends Timed {
        @Override
        void expired(long now) {
            look();
        }
    }

    private static final class Builder
            extends AbstractHttp2ConnectionHandlerBuilder<Http2Backend, Builder> {
        private final Worker worker;
        private final Http2Connections home;

        Builder(Worker worker, Http2Connections home) {
            this.worker = worker;
            this.home = home;
        }

        @Override
        public Http2Backend build() {
            server(false);
            initialSettings(
                    Http2Settings.defaultSettings()
                            .pushEnabled(false)
                            .initialWindowSize(STREAM_WINDOW)
                            .maxHeaderListSize(HEAD_BYTES));
            gracefulShutdownTimeoutMillis(home.pool().pauseNanos / 1_000_000);
            decoderEnforceMaxConsecutiveEmptyDataFrames(2);
            encoderEnforceMaxQueuedControlFrames(1_000);
            headerSensitivityDetector(Http2Secrets.DETECTOR);
            return super.build();
        }

        @Override
        protected Http2Backend build(
                Http2ConnectionDecoder decoder,
                Http2ConnectionEncoder encoder,
                Http2Settings settings) {
            Http2Backend made = new Http2Backend(worker, home, decoder, encoder, settings);
            decoder.frameListener(made.new Frames());
            return made;
        }
    }
}
