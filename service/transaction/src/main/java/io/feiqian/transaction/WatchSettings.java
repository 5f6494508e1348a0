package io.feiqian.transaction;

import java.time.Duration;

/**
 * When operators are told of transactions that do not come to an end by themselves (P6.3.3-b).
 *
 * @param stuckAfter how long after its deadline an unfinished transaction counts as stuck
 * @param every the pause between two looks
 * @param again how long after its alarm a transaction that is still stuck is alarmed again
 * @param mostAtOnce how many transactions one look names one by one; the others together
 */
public record WatchSettings(Duration stuckAfter, Duration every, Duration again, int mostAtOnce) {
    /** What is used unless configured. */
    public static final WatchSettings DEFAULT =
            new WatchSettings(
                    Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofHours(1), 20);

    /** Refuses times that are not positive. */
    public WatchSettings {
        if (stuckAfter.isNegative() || !every.isPositive() || !again.isPositive()) {
            throw new IllegalArgumentException(
                    "watch: %s, %s, %s (expected: 0 or more, > 0, > 0)"
                            .formatted(stuckAfter, every, again));
        }
        if (mostAtOnce < 1) {
            throw new IllegalArgumentException("at once: " + mostAtOnce + " (expected: 1 or more)");
        }
    }
}
