package io.feiqian.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Serial numbers of at most 18 digits that grow with time: milliseconds since 1970, then 18 random
 * bits so that processes need not agree. What is stored under them lies together in the order in
 * which it came, so that an index grows at its end. Good until the year 2090.
 *
 * <p>One of these never gives a number twice. Thread-safe.
 */
public final class SerialNumbers {
    private static final long LIMIT = 1_000_000_000_000_000_000L;
    private static final int RANDOM_BITS = 18;

    private final Clock clock;
    private final Randomness randomness;
    private final AtomicLong last = new AtomicLong();

    /** Numbers by this clock. */
    public SerialNumbers(Clock clock, Randomness randomness) {
        this.clock = clock;
        this.randomness = randomness;
    }

    /** The next one, below 10 to the 18th. */
    public long next() {
        long drawn =
                (clock.now().toEpochMilli() << RANDOM_BITS) + randomness.nextInt(1 << RANDOM_BITS);
        long fresh = Math.floorMod(drawn, LIMIT);
        return last.updateAndGet(before -> Math.max(before + 1, fresh));
    }
}
