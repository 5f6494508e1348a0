package io.feiqian.orchestration;

import io.feiqian.runtime.Backoff;
import java.time.Duration;

/**
 * How a call is repeated. An unknown outcome is asked again with the same sub-number, for ever
 * unless it says otherwise (retry-for-ever); a refusal is tried again with the next one.
 *
 * @param timeout how long one answer is waited for
 * @param pauses the pauses between repetitions
 * @param tries how many refusals make a failure, 1 and up
 * @param giveUpAfter at how many unknown outcomes in a row the call counts as failed and is
 *     reversed; 0: never
 * @param forward whether refusals are tried again for ever, so that it never fails (forward retry)
 */
public record Retry(Duration timeout, Backoff pauses, int tries, int giveUpAfter, boolean forward) {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int MOST = 10_000;

    /** Five seconds, pauses of 100 ms to 10 s, one try, never given up. */
    public static final Retry DEFAULT =
            new Retry(
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10)),
                    1,
                    0,
                    false);

    /** Refuses bounds out of range. */
    public Retry {
        if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "timeout: " + timeout + " (expected: more than zero, at most a day)");
        }
        if (pauses.most().compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "longest pause: " + pauses.most() + " (expected: at most a day)");
        }
        if (tries < 1 || giveUpAfter < 0 || tries > MOST || giveUpAfter > MOST) {
            throw new IllegalArgumentException(
                    "tries: %d, %d (expected: >= 1, >= 0, at most %d)"
                            .formatted(tries, giveUpAfter, MOST));
        }
    }

    /** The same with another time to wait for an answer. */
    public Retry withTimeout(Duration length) {
        return new Retry(length, pauses, tries, giveUpAfter, forward);
    }

    /** The same with other pauses. */
    public Retry withPauses(Duration first, Duration most) {
        return new Retry(timeout, new Backoff(first, most), tries, giveUpAfter, forward);
    }

    /** The same with another number of refusals that make a failure. */
    public Retry withTries(int refusals) {
        return new Retry(timeout, pauses, refusals, giveUpAfter, forward);
    }

    /** The same, given up and reversed after so many unknown outcomes in a row. */
    public Retry givingUpAfter(int unknown) {
        return new Retry(timeout, pauses, tries, unknown, forward);
    }

    /** The same, but never failing. */
    public Retry goingForward() {
        return new Retry(timeout, pauses, tries, giveUpAfter, true);
    }
}
