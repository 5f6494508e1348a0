package io.feiqian.layer7;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What was read and cannot be taken yet. Owns it. Confined to one event loop. */
final class HeldBytes {
    private @Nullable ByteBuf held;

    boolean isEmpty() {
        return held == null;
    }

    /** Holds these; nothing is held before. */
    void hold(ByteBuf bytes) {
        held = bytes;
    }

    /** Gives away what is held. */
    ByteBuf take() {
        ByteBuf all = held;
        if (all == null) {
            throw new IllegalStateException("bytes: none held (expected: some)");
        }
        held = null;
        return all;
    }

    /** Gives away what is held and these after it. */
    ByteBuf followedBy(ByteBuf more) {
        if (isEmpty()) {
            return more;
        }
        ByteBuf before = take();
        ByteBuf all = Buffers.MEMORY.buffer(before.readableBytes() + more.readableBytes());
        all.writeBytes(before).writeBytes(more);
        before.release();
        more.release();
        return all;
    }

    void release() {
        if (!isEmpty()) {
            take().release();
        }
    }
}
