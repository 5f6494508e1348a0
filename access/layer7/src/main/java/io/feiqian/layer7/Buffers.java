package io.feiqian.layer7;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** Where bytes are kept while they pass. */
final class Buffers {
    /** Where buffers come from. */
    static final ByteBufAllocator MEMORY = PooledByteBufAllocator.DEFAULT;

    private Buffers() {}

    /** How much is read at once: as much as came lately. */
    static RecvByteBufAllocator reading() {
        return new AdaptiveRecvByteBufAllocator(2_048, 4_096, 65_536);
    }
}
