package io.feiqian.runtime;

import java.security.SecureRandom;
import java.util.Random;

/**
 * The port through which random numbers come. Thread-safe where {@link #secure()}; a seeded one
 * belongs to one thread.
 */
public interface Randomness {
    /** Any {@code long}. */
    long nextLong();

    /** A number from 0 (included) to {@code bound} (excluded). */
    default int nextInt(int bound) {
        return (int) Long.remainderUnsigned(nextLong() >>> 1, bound);
    }

    /** Numbers that nobody can guess. */
    static Randomness secure() {
        SecureRandom random = new SecureRandom();
        return random::nextLong;
    }

    /** The same numbers for the same seed. */
    static Randomness seeded(long seed) {
        Random random = new Random(seed);
        return random::nextLong;
    }
}
