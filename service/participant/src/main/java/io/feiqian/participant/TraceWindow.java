package io.feiqian.participant;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * For how long after its date a trace number is taken for new: later its rows may have been
 * deleted, so that their absence proves nothing (trace-identity, cleaning). Days are those of UTC.
 * Immutable.
 *
 * @param age how old a trace number may be, in whole days
 * @param clock what tells today
 */
record TraceWindow(Duration age, Clock clock) {
    private static final long HEADS_OF_A_DAY = 10_000_000L;

    /** Why work under a trace number that is not on record is not begun; empty where it may be. */
    Optional<Outcome.Refused> refusal(TraceNumber trace) {
        int oldest = oldest();
        return trace.dateNumber() >= oldest
                ? Optional.empty()
                : Optional.of(
                        new Outcome.Refused(
                                OutcomeCode.TRACE_EXPIRED,
                                "trace number: %s (expected: dated %d or later, at most %d days old)"
                                        .formatted(trace, oldest, age.toDays())));
    }

    /** The heads of trace numbers that are older are below this. */
    long oldestHead() {
        return oldest() * HEADS_OF_A_DAY;
    }

    private int oldest() {
        LocalDate day = LocalDate.ofInstant(clock.now(), ZoneOffset.UTC).minusDays(age.toDays());
        return day.getYear() * 10_000 + day.getMonthValue() * 100 + day.getDayOfMonth();
    }
}
