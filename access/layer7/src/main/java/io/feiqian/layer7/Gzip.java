package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A stream of gzip (RFC 1952) by the JDK's deflater, used for one answer after the other: its
 * memory, a quarter of a megabyte outside the heap, is dear. Not thread-safe.
 */
final class Gzip implements AutoCloseable {
    private static final byte[] HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    /** Far more than a flush needs, which would otherwise be said twice. */
    private static final int ROOM = 512;

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final CRC32 sum = new CRC32();
    private int length;
    private boolean headSent;

    /** Begins anew. */
    void begin(int level) {
        deflater.reset();
        deflater.setLevel(level);
        sum.reset();
        length = 0;
        headSent = false;
    }

    /** Takes so many bytes; what of them is ready is written to the other buffer. */
    void data(ByteBuf from, int many, ByteBuf to) {
        head(to);
        ByteBuffer bytes = from.nioBuffer(from.readerIndex(), many);
        sum.update(bytes.duplicate());
        length += many;
        deflater.setInput(bytes);
        while (!deflater.needsInput()) {
            var _ = deflate(to, Deflater.NO_FLUSH);
        }
        from.skipBytes(many);
    }

    /** Writes all that it has taken, so that it can be read at the other end at once. */
    void flush(ByteBuf to) {
        boolean full = true;
        while (full) {
            full = deflate(to, Deflater.SYNC_FLUSH);
        }
    }

    /** Writes the rest, and what tells that it was the whole. */
    void end(ByteBuf to) {
        head(to);
        deflater.finish();
        while (!deflater.finished()) {
            var _ = deflate(to, Deflater.NO_FLUSH);
        }
        to.writeIntLE((int) sum.getValue()).writeIntLE(length);
    }

    private void head(ByteBuf to) {
        if (!headSent) {
            headSent = true;
            to.writeBytes(HEAD);
        }
    }

    /** Whether there may be more than fitted. */
    private boolean deflate(ByteBuf to, int how) {
        to.ensureWritable(ROOM);
        ByteBuffer room = to.nioBuffer(to.writerIndex(), to.writableBytes());
        int many = deflater.deflate(room, how);
        to.writerIndex(to.writerIndex() + many);
        return !room.hasRemaining();
    }

    @Override
    public void close() {
        deflater.end();
    }
}
