package io.feiqian.layer7;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2, whoever is at its other end: what is written while it reads goes out
 * once, and what was taken of streams gives them window again. Confined to its event loop.
 */
abstract class Http2Side extends Http2ConnectionHandler {
    final Worker worker;

    /** Under which a stream has ours. */
    final Http2Connection.PropertyKey key;

    private final Http2Floods floods;
    private @Nullable ChannelHandlerContext ctx;
    private boolean reading;

    Http2Side(
            Worker worker,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings);
        this.worker = worker;
        this.key = connection().newKey();
        this.floods = new Http2Floods(worker.clock());
    }

    /** All that has come at once was read: it goes on. */
    abstract void passOn();

    final boolean isReading() {
        return reading;
    }

    final ChannelHandlerContext context() {
        ChannelHandlerContext here = ctx;
        if (here == null) {
            throw new IllegalStateException("connection: not made yet (expected: made)");
        }
        return here;
    }

    /** Sends what was written; while it reads, once for all streams. */
    final void send() {
        if (!reading) {
            flush(context());
        }
    }

    /** Breaks a stream off. */
    final void reset(Http2Stream stream, Http2Error error) {
        var _ = resetStream(context(), stream.id(), error.code(), context().newPromise());
        send();
    }

    /** So much of what a stream has sent was taken. */
    final void consumed(Http2Stream stream, int bytes) {
        try {
            if (bytes > 0 && decoder().flowController().consumeBytes(stream, bytes)) {
                send();
            }
        } catch (Http2Exception wrong) {
            onError(context(), true, wrong);
        }
    }

    /** Lets the other end send so much of all streams together. */
    final void widen(int window) throws Http2Exception {
        Http2Stream all = connection().connectionStream();
        int more = window - decoder().flowController().initialWindowSize(all);
        if (more > 0) {
            decoder().flowController().incrementWindowSize(all, more);
            context().flush();
        }
    }

    /** A frame has come that brings nothing. */
    final void control() throws Http2Exception {
        if (floods.isTooMuch()) {
            throw Http2Exception.connectionError(
                    Http2Error.ENHANCE_YOUR_CALM, "too many frames that bring nothing");
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newCtx) throws Exception {
        ctx = newCtx;
        super.handlerAdded(newCtx);
    }

    @Override
    public void channelRead(ChannelHandlerContext newCtx, Object message) throws Exception {
        reading = true;
        super.channelRead(newCtx, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext newCtx) throws Exception {
        reading = false;
        passOn();
        super.channelReadComplete(newCtx);
    }
}
