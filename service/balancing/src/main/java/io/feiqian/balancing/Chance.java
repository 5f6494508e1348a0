package io.feiqian.balancing;

import io.feiqian.runtime.Randomness;

/** Numbers as pickers need them. */
final class Chance {
    private static final double UNIT = 0x1.0p-53;

    private Chance() {}

    /** From 0 (included) to 1 (excluded). */
    static double point(Randomness randomness) {
        return point(randomness.nextLong());
    }

    /** The same from 64 bits. */
    static double point(long bits) {
        return (bits >>> 11) * UNIT;
    }

    /** Spreads the bits of a number over all of it (the finaliser of SplitMix64). */
    static long mixed(long bits) {
        long half = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        long more = (half ^ (half >>> 27)) * 0x94d049bb133111ebL;
        return more ^ (more >>> 31);
    }

    /** A number of this text, the same in every process. */
    static long ofText(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mixed(hash);
    }
}
