package io.feiqian.layer7;

import io.feiqian.proxy.HeadBounds;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Where a body of HTTP/1.1 ends. Not thread-safe. */
final class BodyReader {
    /** There is more to come. */
    static final int MORE = 0;

    /** That was all of it; the buffer stands behind it. */
    static final int END = 1;

    /** It cannot be read; see {@link #wrong}. */
    static final int FAILED = 2;

    private static final int LITTLE = 64 * 1024;

    /** Who takes a body's data. */
    interface Sink {
        /** Takes exactly so many bytes from the buffer, by copying or keeping a slice. */
        void data(ByteBuf from, int many);
    }

    private final HeadBounds bounds;
    private @Nullable ChunkReader chunks;
    private boolean chunked;
    private long left;

    BodyReader(HeadBounds bounds) {
        this.bounds = bounds;
    }

    /**
     * Begins a body.
     *
     * @param length its length; {@link Head#UNKNOWN} where it is chunked or goes on until the end
     */
    void begin(boolean isChunked, long length) {
        chunked = isChunked;
        left = length == Head.UNKNOWN ? Long.MAX_VALUE : length;
        if (isChunked) {
            if (chunks == null) {
                chunks = new ChunkReader(bounds);
            }
            chunks.reset();
        }
    }

    /** Whether so little is left that reading it costs less than another connection. */
    boolean isNearlyOver() {
        return !chunked && left <= LITTLE;
    }

    /** Whether nothing is left. */
    boolean isOver() {
        return !chunked && left == 0;
    }

    /** Hands on what is here of the body. */
    int read(ByteBuf in, Sink sink) {
        if (chunked && chunks != null) {
            return chunks.read(in, sink);
        }
        int many = (int) Math.min(left, in.readableBytes());
        if (left != Long.MAX_VALUE) {
            left -= many;
        }
        if (many > 0) {
            sink.data(in, many);
        }
        return left == 0 ? END : MORE;
    }

    /** The trailers of a body that is over; null for none. */
    @Nullable Head trailers() {
        return chunked && chunks != null && chunks.trailers().fields() > 0
                ? chunks.trailers()
                : null;
    }

    String wrong() {
        return chunks == null ? "" : chunks.wrong();
    }
}
