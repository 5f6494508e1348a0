package io.feiqian.ledger;

import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;

/**
 * The key of a journal row, which is its idempotence key at the same time (trace-identity): the
 * business transaction and the step inside it. The initiator's own leg is step 0 for local and
 * global transactions alike, so that one key space serves both.
 *
 * @param trace the business transaction
 * @param sub the step inside it
 */
public record EntryKey(TraceNumber trace, SubNumber sub) implements Comparable<EntryKey> {
    /** The initiator's own step of this transaction. */
    public static EntryKey own(TraceNumber trace) {
        return new EntryKey(trace, SubNumber.OWN);
    }

    /** The step of this branch. */
    public static EntryKey branch(TraceNumber trace, int branch) {
        return new EntryKey(trace, new SubNumber(branch));
    }

    @Override
    public int compareTo(EntryKey that) {
        int byTrace = trace.compareTo(that.trace);
        return byTrace != 0 ? byTrace : sub.compareTo(that.sub);
    }

    /** Trace number and sub-number, with a hyphen between them. */
    @Override
    public String toString() {
        return trace + "-" + sub;
    }
}
