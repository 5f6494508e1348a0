package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;

/**
 * One decision row: the row which says whether a global transaction committed. Immutable.
 *
 * @param trace the transaction, the row's key
 * @param attempt the attempt it is about
 * @param state what was decided
 * @param initiator the cell that began it, also after its slot has moved
 * @param digest the digest of the whole transaction; 0 where an inquiry planted the row without
 *     knowing it
 * @param decideBy milliseconds since 1970 by the database's clock, past which it could not commit
 * @param businessDate the day of every leg
 * @param branches the exact list of branches (branch-list); empty where an inquiry planted the row
 * @param acknowledged bit {@code n - 1} is set when branch {@code n} is durably finished
 * @param outcome what the caller was told
 * @param content what the transaction was, for those who ask
 * @param finishedAt milliseconds since 1970 by the database's clock when the last branch was
 *     acknowledged; 0 while unfinished
 */
public record Decision(
        TraceNumber trace,
        int attempt,
        DecisionState state,
        CellId initiator,
        long digest,
        long decideBy,
        BusinessDate businessDate,
        List<BranchSpec> branches,
        long acknowledged,
        Outcome outcome,
        Content content,
        long finishedAt) {
    /** Copies the list; refuses an outcome that the state contradicts. */
    public Decision {
        branches = List.copyOf(branches);
        if ((state == DecisionState.COMMITTED) != (outcome.code() == OutcomeCode.ACCEPTED)) {
            throw new IllegalArgumentException(
                    "outcome: %s (expected: accepted where committed only)".formatted(outcome));
        }
    }

    /** Whether every branch is durably finished. */
    public boolean isFinished() {
        return acknowledged == allOf(branches.size());
    }

    /** Whether this branch is durably finished. */
    public boolean isAcknowledged(int branch) {
        return (acknowledged & bit(branch)) != 0;
    }

    /** Whether this branch with this digest is on the list (branch-list). */
    public boolean lists(BranchKey key, long branchDigest) {
        return key.attempt() == attempt
                && key.branch() <= branches.size()
                && branches.get(key.branch() - 1).digest() == branchDigest;
    }

    /** How far the transaction has come. */
    public TransactionState transactionState() {
        return switch (state) {
            case COMMITTED -> isFinished() ? TransactionState.SETTLED : TransactionState.DECIDED;
            case ABORTED -> TransactionState.ABORTED;
            case REFUSED -> TransactionState.REFUSED;
        };
    }

    /** The row with further branches acknowledged, at this time by the database's clock. */
    public Decision acknowledge(long branchBits, long nowMillis) {
        long all = acknowledged | (branchBits & allOf(branches.size()));
        return new Decision(
                trace,
                attempt,
                state,
                initiator,
                digest,
                decideBy,
                businessDate,
                branches,
                all,
                outcome,
                content,
                all == allOf(branches.size()) ? nowMillis : 0);
    }

    /** The bit of a branch. */
    static long bit(int branch) {
        return 1L << (branch - 1);
    }

    /** The bits of branches 1 to {@code count}. */
    static long allOf(int count) {
        return (1L << count) - 1;
    }
}
