package io.feiqian.participant;

import io.feiqian.vocabulary.TraceNumber;
import java.util.Comparator;

/**
 * The key of a branch: which transaction, which attempt at it, which participant's part (attempt).
 *
 * @param trace the transaction
 * @param attempt 1 and up; grows when an aborted trace number is sent again
 * @param branch 1 and up; also the sub-number of the branch's effect
 */
public record BranchKey(TraceNumber trace, int attempt, int branch)
        implements Comparable<BranchKey> {
    /** How many branches a transaction may have. */
    public static final int MOST_BRANCHES = 62;

    private static final Comparator<BranchKey> ORDER =
            Comparator.comparing(BranchKey::trace)
                    .thenComparingInt(BranchKey::attempt)
                    .thenComparingInt(BranchKey::branch);

    /** Refuses an attempt below 1 and a branch number that no transaction has. */
    public BranchKey {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
        }
        if (branch < 1 || branch > MOST_BRANCHES) {
            throw new IllegalArgumentException(
                    "branch: " + branch + " (expected: 1 to " + MOST_BRANCHES + ")");
        }
    }

    @Override
    public int compareTo(BranchKey that) {
        return ORDER.compare(this, that);
    }

    @Override
    public String toString() {
        return trace + "/" + attempt + "/" + branch;
    }
}
