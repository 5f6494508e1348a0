package io.feiqian.ledger;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Comparator;

/**
 * The key of a reservation: a branch of one attempt of a business transaction (attempt), or a hold
 * that somebody placed by itself, which is branch 0 of attempt 0.
 *
 * @param trace the business transaction
 * @param attempt 0 for a hold by itself, 1 and up for attempts of a global transaction
 * @param branch 0 for a hold by itself, 1 and up for branches
 */
public record HoldKey(TraceNumber trace, int attempt, int branch) implements Comparable<HoldKey> {
    private static final Comparator<HoldKey> ORDER =
            Comparator.comparing(HoldKey::trace)
                    .thenComparingInt(HoldKey::attempt)
                    .thenComparingInt(HoldKey::branch);

    /** Refuses negative numbers and a branch beyond what a sub-number can be. */
    public HoldKey {
        if (attempt < 0 || branch < 0 || branch > 9_999) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "hold: attempt %d, branch %d (expected: >= 0, branch <= 9999)"
                            .formatted(attempt, branch));
        }
    }

    /** The key of a hold that belongs to no global transaction. */
    public static HoldKey alone(TraceNumber trace) {
        return new HoldKey(trace, 0, 0);
    }

    @Override
    public int compareTo(HoldKey that) {
        return ORDER.compare(this, that);
    }

    /** Trace number, attempt and branch. */
    @Override
    public String toString() {
        return trace + "/" + attempt + "/" + branch;
    }
}
