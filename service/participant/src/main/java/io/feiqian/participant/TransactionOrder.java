package io.feiqian.participant;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Optional;

/**
 * What a service wants to be one global transaction.
 *
 * @param trace its trace number: who repeats the request repeats it
 * @param content what was asked for; a repetition with another content is refused
 * @param businessDate the day under which every leg posts (business-date)
 * @param within how long it may take to the decision; empty for the service's setting
 * @param phaseTwo whether the caller waits for it (S.dtx-5)
 */
public record TransactionOrder(
        TraceNumber trace,
        Content content,
        BusinessDate businessDate,
        Optional<Duration> within,
        PhaseTwoMode phaseTwo) {
    /** When the caller is answered (decided-settled). */
    public enum PhaseTwoMode {
        /** At the decision: branches are finished behind it, many in one commit. */
        ASYNCHRONOUS,
        /** When every branch is finished, or the time is over. */
        SYNCHRONOUS
    }

    /** An order answered at its decision, within the service's own time. */
    public static TransactionOrder of(TraceNumber trace, Content content, BusinessDate day) {
        return new TransactionOrder(
                trace, content, day, Optional.empty(), PhaseTwoMode.ASYNCHRONOUS);
    }

    /** The same, answered when every branch is finished. */
    public TransactionOrder settled() {
        return new TransactionOrder(trace, content, businessDate, within, PhaseTwoMode.SYNCHRONOUS);
    }

    /** The same with another time to its decision. */
    public TransactionOrder within(Duration time) {
        return new TransactionOrder(trace, content, businessDate, Optional.of(time), phaseTwo);
    }
}
