package io.feiqian.transaction;

import java.time.Duration;

/**
 * When confirms for which nobody waits are sent together.
 *
 * @param from how many transactions of this instance are unfinished before any are held back: below
 *     that there is no load that could be lessened; 0 to gather always
 * @param longest how long the first of them waits for others
 * @param most how many are sent without waiting longer, at least 1
 */
public record GatherSettings(int from, Duration longest, int most) {
    /** What is used unless configured. */
    public static final GatherSettings DEFAULT = new GatherSettings(32, Duration.ofMillis(50), 512);

    /** Refuses bounds out of range. */
    public GatherSettings {
        if (from < 0 || longest.isNegative() || most < 1) {
            throw new IllegalArgumentException(
                    "gather: %d, %s, %d (expected: >= 0, not negative, >= 1)"
                            .formatted(from, longest, most));
        }
    }
}
