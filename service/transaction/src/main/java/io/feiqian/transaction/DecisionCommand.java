package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;

/** What can be asked of the decisions of a cell. Immutable. */
public sealed interface DecisionCommand {
    /**
     * Commits the transaction in the same local commit as the initiator's own effect (last-agent
     * rule). Must be the last part of its work: handed an acceptance it writes the committed row,
     * handed a refusal it writes the row that voids the attempt, in the same commit (abort-first).
     *
     * @param trace the transaction
     * @param attempt the attempt
     * @param digest the digest of the whole content
     * @param decideBy milliseconds by the database's clock, past which it is refused (decide-by)
     * @param businessDate the day of every leg
     * @param branches all of them, tried
     * @param content what the transaction was
     */
    record Decide(
            TraceNumber trace,
            int attempt,
            long digest,
            long decideBy,
            BusinessDate businessDate,
            List<BranchSpec> branches,
            Content content)
            implements DecisionCommand {
        /** Copies the list. */
        public Decide {
            branches = List.copyOf(branches);
        }
    }

    /**
     * Voids the attempt before anybody sends a cancel (abort-first).
     *
     * @param decide the decision that will not be
     * @param outcome the refusal that the caller is told; final where its code is
     */
    record Abort(Decide decide, Outcome.Refused outcome) implements DecisionCommand {}

    /**
     * What became of a branch; plants the row that voids the attempt where the time for a decision
     * has passed (home-slot: answers come from an insert attempt, never from a select).
     *
     * @param key the branch
     * @param transactionDigest the digest of the whole content
     * @param branchDigest the digest of the branch
     * @param businessDate the day the branch was tried for
     * @param decideByRemaining milliseconds until {@code decide_by}; not positive once passed
     */
    record Inquire(
            BranchKey key,
            long transactionDigest,
            long branchDigest,
            BusinessDate businessDate,
            long decideByRemaining)
            implements DecisionCommand {}

    /**
     * Records that branches are durably finished: the lazy END mark, many in one command.
     *
     * @param marks what is finished
     */
    record Acknowledge(List<Mark> marks) implements DecisionCommand {
        /** Copies the list. */
        public Acknowledge {
            marks = List.copyOf(marks);
        }
    }

    /**
     * Finished branches of one decision.
     *
     * @param trace the transaction
     * @param attempt the attempt; a row of another attempt is left alone
     * @param digest the digest of the whole content; a row of another content is left alone, since
     *     whoever cancelled branches of his own must not end those of the one that committed
     * @param branches bit {@code n - 1} for branch {@code n}
     */
    record Mark(TraceNumber trace, int attempt, long digest, long branches) {}

    /**
     * Reads the decision; the answer's value is the {@link Decision}.
     *
     * @param trace the transaction
     */
    record Look(TraceNumber trace) implements DecisionCommand {}

    /**
     * Lets local work with a trace number go on only where no decision stands against it: one key
     * space serves local and global paths (trace-identity). Goes behind the parts that post, so
     * that their recorded answer comes first.
     *
     * @param trace the trace number
     * @param digest the digest of the whole content
     */
    record Guard(TraceNumber trace, long digest) implements DecisionCommand {}

    /**
     * Marks a branch as finished that was put right outside the protocol, as two operators want it
     * (P6.3.3-d); refused where that is not what was decided.
     *
     * @param key the branch
     * @param digest the digest of the whole content
     * @param branchDigest the digest of the branch (branch-list)
     * @param verdict how it ended: confirmed or cancelled
     */
    record Resolve(BranchKey key, long digest, long branchDigest, BranchState verdict)
            implements DecisionCommand {}

    /** The rows this command needs. */
    default List<TraceNumber> traces() {
        return switch (this) {
            case Decide decide -> List.of(decide.trace());
            case Abort abort -> List.of(abort.decide().trace());
            case Inquire inquire -> List.of(inquire.key().trace());
            case Acknowledge acknowledge -> acknowledge.marks().stream().map(Mark::trace).toList();
            case Look look -> List.of(look.trace());
            case Guard guard -> List.of(guard.trace());
            case Resolve resolve -> List.of(resolve.key().trace());
        };
    }
}
