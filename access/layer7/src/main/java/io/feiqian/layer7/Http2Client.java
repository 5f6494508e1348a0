package io.feiqian.layer7;

import io.feiqian.proxy.ListenerConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * A client's connection that speaks HTTP/2 (P6.1.3-d): an {@link Exchange} for each of its streams.
 * Confined to its event loop.
 *
 * <p>Nothing a client may send is without bound: streams at a time, heads, frames that bring
 * nothing, streams reset as soon as they are opened, bytes that no backend has taken yet. Whoever
 * goes beyond is sent away (GOAWAY), the others do not notice.
 */
final class Http2Client extends Http2Side {
    /** An event by which the client is asked to come again elsewhere. */
    static final Object DRAIN = new Object();

    /** Streams at a time. */
    static final int STREAMS = 256;

    /** What a client may send of a stream before a backend takes it. */
    static final int STREAM_WINDOW = 1 << 18;

    /** What it may send of all of them. */
    private static final int CONNECTION_WINDOW = 1 << 20;

    /** How often within {@link #RESETS_SECONDS} a client may call off what it has begun. */
    private static final int RESETS = 400;

    private static final int RESETS_SECONDS = 10;

    /** As much as HPACK counts for a field beside its text (RFC 7541, 4.1). */
    private static final int PER_FIELD = 32;

    private static final long DRAINING_MILLIS = 30_000;

    final Peer peer;
    final ListenerConfig config;
    private final Http2Past past = new Http2Past();
    private final Timed idle = new Idle();
    private final ArrayDeque<Http2ClientStream> touched = new ArrayDeque<>();

    private Http2Client(
            Worker worker,
            Peer peer,
            ListenerConfig config,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(worker, decoder, encoder, settings);
        this.peer = peer;
        this.config = config;
        connection().addListener(new Streams());
        encoder.flowController()
                .listener(stream -> {
                    Http2ClientStream ours = stream.getProperty(key);
                    if (ours != null && encoder.flowController().isWritable(stream)) {
                        ours.writable();
                    }
                });
    }

    /** For a connection of this client at this listener. */
    static Http2Client of(Worker worker, Peer peer, ListenerConfig config) {
        return new Builder(worker, peer, config).build();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newCtx) throws Exception {
        // Until it has said hello.
        idle.due(worker.wheel, worker.now() + config.timeouts().head().toNanos());
        super.handlerAdded(newCtx);
        if (newCtx.channel().isActive()) {
            widen(CONNECTION_WINDOW);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext newCtx) throws Exception {
        super.channelActive(newCtx);
        widen(CONNECTION_WINDOW);
    }

    @Override
    void passOn() {
        for (Http2ClientStream each = touched.poll(); each != null; each = touched.poll()) {
            each.exchange.requestFlush();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext newCtx, Object event) throws Exception {
        if (DRAIN.equals(event) || Http1Client.LEAVE.equals(event)) {
            drain();
        }
        super.userEventTriggered(newCtx, event);
    }

    /** A client whose network breaks is nothing to write down. */
    @Override
    public void exceptionCaught(ChannelHandlerContext newCtx, Throwable fault) throws Exception {
        if (fault instanceof IOException) {
            var _ = newCtx.close();
        } else {
            super.exceptionCaught(newCtx, fault);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext newCtx) throws Exception {
        worker.wheel.remove(idle);
        super.channelInactive(newCtx);
    }

    /** The client is asked to come again on another connection; streams that are open end first. */
    void drain() {
        try {
            var _ =
                    connection()
                            .forEachActiveStream(stream -> {
                                Http2ClientStream ours = stream.getProperty(key);
                                if (ours != null) {
                                    ours.exchange.leaveTunnel();
                                }
                                return true;
                            });
        } catch (Http2Exception wrong) {
            onError(context(), true, wrong);
        }
        // From the pipeline's end, so that it passes here: GOAWAY first.
        var _ = context().channel().close();
    }

    /** Something of this stream's request waits to be flushed. */
    void touch(Http2ClientStream stream) {
        if (isReading()) {
            touched.add(stream);
        } else {
            stream.exchange.requestFlush();
        }
    }

    /** Who speaks on a stream that it has ended, or passed over, has lost count of them. */
    @Override
    protected void onStreamError(
            ChannelHandlerContext newCtx,
            boolean outbound,
            Throwable cause,
            Http2Exception.StreamException wrong) {
        int id = wrong.streamId();
        Http2Stream stream = connection().stream(id);
        if (!outbound && stream == null && wrong.error() == Http2Error.STREAM_CLOSED) {
            Http2Past.Fate fate = past.of(id);
            if (fate != Http2Past.Fate.OTHER) {
                Http2Error error =
                        fate == Http2Past.Fate.ENDED
                                ? Http2Error.STREAM_CLOSED
                                : Http2Error.PROTOCOL_ERROR;
                Http2Exception lost =
                        Http2Exception.connectionError(error, "stream %d is over", id);
                onConnectionError(newCtx, false, lost, lost);
                return;
            }
        } else if (!outbound && stream == null) {
            // One that was refused was tried all the same.
            past.opened(id);
        } else if (!outbound
                && stream != null
                && wrong.error() == Http2Error.PROTOCOL_ERROR
                && isRequestOver(stream)) {
            // Whatever is wrong with the head: it should not be there.
            reset(stream, Http2Error.STREAM_CLOSED);
            return;
        }
        super.onStreamError(newCtx, outbound, cause, wrong);
    }

    private boolean isRequestOver(Http2Stream stream) {
        Http2ClientStream ours = stream.getProperty(key);
        return ours != null && ours.isRequestOver();
    }

    private void rest() {
        if (connection().numActiveStreams() == 0) {
            idle.due(worker.wheel, worker.now() + config.timeouts().idle().toNanos());
        }
    }

    private final class Frames extends Http2FrameAdapter {
        @Override
        public void onHeadersRead(
                ChannelHandlerContext newCtx,
                int id,
                Http2Headers headers,
                int padding,
                boolean end)
                throws Http2Exception {
            Http2Stream stream = connection().stream(id);
            if (stream == null) {
                return;
            }
            Http2ClientStream known = stream.getProperty(key);
            if (known != null) {
                known.trailers(headers);
                return;
            }
            idle.notDue();
            Http2ClientStream ours = new Http2ClientStream(Http2Client.this, stream);
            stream.setProperty(key, ours);
            ours.begin(headers, end);
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
                boolean end)
                throws Http2Exception {
            onHeadersRead(newCtx, id, headers, padding, end);
        }

        @Override
        public int onDataRead(
                ChannelHandlerContext newCtx, int id, ByteBuf data, int padding, boolean end) {
            Http2Stream stream = connection().stream(id);
            Http2ClientStream ours = stream == null ? null : stream.getProperty(key);
            return ours == null ? data.readableBytes() + padding : ours.data(data, padding, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext newCtx, int id, long code) {
            past.ended(id);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext newCtx, Http2Settings settings)
                throws Http2Exception {
            control();
            rest();
        }

        @Override
        public void onPingRead(ChannelHandlerContext newCtx, long data) throws Http2Exception {
            control();
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext newCtx,
                int id,
                int dependency,
                short weight,
                boolean exclusive)
                throws Http2Exception {
            control();
        }

        @Override
        public void onUnknownFrame(
                ChannelHandlerContext newCtx,
                byte type,
                int id,
                Http2Flags flags,
                ByteBuf payload) {
            try {
                control();
            } catch (Http2Exception tooMuch) {
                onError(newCtx, false, tooMuch);
            }
        }
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamActive(Http2Stream stream) {
            past.opened(stream.id());
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            Http2ClientStream ours = stream.getProperty(key);
            if (ours != null) {
                if (ours.isRequestOver()) {
                    past.ended(stream.id());
                }
                ours.closed();
            }
            rest();
        }
    }

    private final class Idle extends Timed {
        @Override
        void expired(long now) {
            if (connection().numActiveStreams() == 0) {
                drain();
            }
        }
    }

    private static final class Builder
            extends AbstractHttp2ConnectionHandlerBuilder<Http2Client, Builder> {
        private final Worker worker;
        private final Peer peer;
        private final ListenerConfig config;

        Builder(Worker worker, Peer peer, ListenerConfig config) {
            this.worker = worker;
            this.peer = peer;
            this.config = config;
        }

        @Override
        public Http2Client build() {
            server(true);
            initialSettings(
                    Http2Settings.defaultSettings()
                            .maxConcurrentStreams(STREAMS)
                            .initialWindowSize(STREAM_WINDOW)
                            .maxHeaderListSize(
                                    config.heads().bytes()
                                            + (long) PER_FIELD * config.heads().fields())
                            .connectProtocolEnabled(true));
            gracefulShutdownTimeoutMillis(DRAINING_MILLIS);
            decoderEnforceMaxConsecutiveEmptyDataFrames(2);
            decoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS);
            encoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS);
            decoderEnforceMaxSmallContinuationFrames(8);
            encoderEnforceMaxQueuedControlFrames(1_000);
            headerSensitivityDetector(Http2Secrets.DETECTOR);
            return super.build();
        }

        @Override
        protected Http2Client build(
                Http2ConnectionDecoder decoder,
                Http2ConnectionEncoder encoder,
                Http2Settings settings) {
            Http2Client made = new Http2Client(worker, peer, config, decoder, encoder, settings);
            decoder.frameListener(made.new Frames());
            return made;
        }
    }
}
