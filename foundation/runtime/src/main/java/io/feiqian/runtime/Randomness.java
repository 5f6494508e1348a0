package io.feiqian.runtime;

import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The port through which random numbers come. Thread-safe where {@link #secure()} or {@link
 * #shared}; a seeded one belongs to one thread.
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

    /**
     * The same numbers for the same seed, for many threads at once and within nanoseconds
     * (SplitMix64). For spreading load; whoever sees some of them can tell the rest.
     */
    static Randomness shared(long seed) {
        AtomicLong state = new AtomicLong(seed);
        return () -> {
            long next = state.addAndGet(0x9e3779b97f4a7c15L);
            long half = (next ^ (next >>> 30)) * 0xbf58476d1ce4e5b9L;
            long more = (half ^ (half >>> 27)) * 0x94d049bb133111ebL;
            return more ^ (more >>> 31);
        };
    }
}
