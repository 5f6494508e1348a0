package io.feiqian.balancing;

import java.time.Duration;

/**
 * How an instance that is new, or that comes back after an ejection, gets to its full share: its
 * caches are cold and its code is not compiled yet.
 *
 * @param length until it has its full share; zero for at once
 * @param from the share it begins with, more than 0 and at most 1
 */
public record SlowStart(Duration length, double from) {
    /** From a tenth to all in ten seconds. */
    public static final SlowStart USUAL = new SlowStart(Duration.ofSeconds(10), 0.1);

    /** Full at once. */
    public static final SlowStart NONE = new SlowStart(Duration.ZERO, 1);

    /** Refuses a negative length and a first share outside its range. */
    public SlowStart {
        if (length.isNegative()) {
            throw new IllegalArgumentException("slow start: " + length + " (expected: >= 0)");
        }
        if (!(from > 0 && from <= 1)) {
            throw new IllegalArgumentException(
                    "slow start from: " + from + " (expected: more than 0, at most 1)");
        }
    }

    /** The share after so long. */
    double share(long sinceNanos) {
        long all = length.toNanos();
        return sinceNanos >= all ? 1 : from + (1 - from) * Math.max(0, sinceNanos) / all;
    }
}
