package io.feiqian.governance;

import java.util.List;

/**
 * Tells always the same share of values by a hash that is the same for ever and in every process:
 * FNV-1a with 64 bits over the characters, then a mix of the bits.
 */
final class StableShare {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private StableShare() {}

    /** The hash of a text; all 64 bits are in use. */
    static long hash(String text) {
        long hash = OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        return mix(hash);
    }

    /**
     * Whether a call is in this share, told by the first of these parameters that it has; one that
     * has none is not.
     */
    static boolean isIn(Call call, List<String> of, long salt, double percent) {
        for (String each : of) {
            String value = call.parameter(each);
            if (!value.isEmpty()) {
                return percent(mix(hash(value) ^ salt)) < percent;
            }
        }
        return false;
    }

    /** Spreads the bits. */
    static long mix(long bits) {
        long hash = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    /** Where a hash lies between 0 (included) and 100 (excluded), in steps of 0.01. */
    static double percent(long hash) {
        return Long.remainderUnsigned(hash, 10_000) / 100.0;
    }

    /** A number from 0 (included) to {@code bound} (excluded). */
    static int below(int bound, long hash) {
        return (int) Long.remainderUnsigned(hash, bound);
    }
}
