package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.time.Instant;

/**
 * A call that happened.
 *
 * @param at when it came
 * @param call what it was
 * @param took how long it took
 * @param outcome how it ended
 */
public record RecordedCall(Instant at, CallFacts call, Duration took, OutcomeCode outcome) {
    /** Refuses a call that ended before it came. */
    public RecordedCall {
        if (took.isNegative()) {
            throw new IllegalArgumentException("took: " + took + " (expected: >= 0)");
        }
    }
}
