package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * What goes out on one connection: small pieces are put together, large ones go as they came, and
 * nothing is sent before {@link #flush}. Confined to the connection's event loop.
 */
final class Outlet {
    private static final int FIRST = 2_048;

    /** Pieces up to this size are cheaper to copy than to send by themselves. */
    private static final int SMALL = 2_048;

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] LAST_SIZE = {'0', '\r', '\n'};

    private final ChannelHandlerContext ctx;
    private @org.jspecify.annotations.Nullable ByteBuf pending;
    private boolean dirty;

    Outlet(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    /** Writes bytes put together elsewhere. */
    void bytes(Bytes from) {
        bytes(from.array, from.length);
    }

    void bytes(byte[] from, int length) {
        room(length).writeBytes(from, 0, length);
    }

    /** Writes so many bytes of a body. */
    void body(ByteBuf from, int many) {
        if (many <= SMALL) {
            room(many).writeBytes(from, many);
        } else {
            push();
            dirty = true;
            var _ = ctx.write(from.readRetainedSlice(many), ctx.voidPromise());
        }
    }

    /** Writes so many bytes of a body as one chunk. */
    void chunk(ByteBuf from, int many, Bytes scratch) {
        if (many == 0) {
            return;
        }
        bytes(scratch.clear().hex(many).put('\r').put('\n'));
        body(from, many);
        room(2).writeShort(('\r' << 8) | '\n');
    }

    /** Ends a chunked body. */
    void lastChunk() {
        bytes(LAST_CHUNK, LAST_CHUNK.length);
    }

    /** Ends a chunked body with trailers. */
    void lastChunk(Head trailers, Bytes scratch) {
        scratch.clear().put(LAST_SIZE);
        HeadWriter.trailers(trailers, scratch);
        bytes(scratch);
    }

    /** Sends what was written. */
    void flush() {
        ByteBuf last = pending;
        if (last != null) {
            pending = null;
            dirty = false;
            var _ = ctx.writeAndFlush(last, ctx.voidPromise());
        } else if (dirty) {
            dirty = false;
            var _ = ctx.flush();
        }
    }

    /** Sends what was written, and tells when it went out. */
    io.netty.channel.ChannelFuture flushLast() {
        push();
        dirty = false;
        return ctx.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER);
    }

    boolean isWritable() {
        return ctx.channel().isWritable();
    }

    /** Forgets what was not sent. */
    void release() {
        ByteBuf last = pending;
        pending = null;
        if (last != null) {
            last.release();
        }
    }

    private ByteBuf room(int more) {
        ByteBuf current = pending;
        if (current != null && current.writableBytes() < more) {
            push();
            current = null;
        }
        if (current == null) {
            current = ctx.alloc().directBuffer(Math.max(FIRST, more));
            pending = current;
        }
        return current;
    }

    private void push() {
        ByteBuf last = pending;
        if (last != null) {
            pending = null;
            dirty = true;
            var _ = ctx.write(last, ctx.voidPromise());
        }
    }
}
