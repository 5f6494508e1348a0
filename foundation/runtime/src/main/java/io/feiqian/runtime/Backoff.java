package io.feiqian.runtime;

import java.time.Duration;

/**
 * How long to wait before the next try: doubles from the first wait up to a cap (retry-for-ever).
 *
 * @param first the wait after the first failure, more than zero
 * @param most the cap, at least {@code first}
 */
public record Backoff(Duration first, Duration most) {
    private static final int DOUBLINGS = 30;

    /** Refuses waits that are not positive or shrink. */
    public Backoff {
        if (first.isZero() || first.isNegative() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "back-off: %s to %s (expected: 0 < first <= most)".formatted(first, most));
        }
    }

    /** The wait after so many failures in a row, 1 or more. */
    public Duration after(int failures) {
        long factor = 1L << Math.max(0, Math.min(failures - 1, DOUBLINGS));
        return first.compareTo(most.dividedBy(factor)) >= 0 ? most : first.multipliedBy(factor);
    }
}
