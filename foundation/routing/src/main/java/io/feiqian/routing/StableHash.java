package io.feiqian.routing;

import java.nio.charset.StandardCharsets;

/**
 * A hash of a text that is the same for ever: FNV-1a with 64 bits over its UTF-8 bytes, then a mix
 * of the bits (FNV alone leaves short keys that differ in the last byte close together).
 *
 * <p>Slots of data at rest depend on it; its values are frozen by a test.
 */
public final class StableHash {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private StableHash() {}

    /** The hash of a text; all 64 bits are in use. */
    public static long of(String text) {
        long hash = OFFSET;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
