package io.feiqian.transaction;

import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.transaction.DecisionCommand.Abort;
import io.feiqian.transaction.DecisionCommand.Acknowledge;
import io.feiqian.transaction.DecisionCommand.Decide;
import io.feiqian.transaction.DecisionCommand.Guard;
import io.feiqian.transaction.DecisionCommand.Inquire;
import io.feiqian.transaction.DecisionCommand.Look;
import io.feiqian.transaction.DecisionCommand.Mark;
import io.feiqian.transaction.DecisionCommand.Resolve;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The decisions that one local commit touches, and the rules by which they change: pure, without
 * SQL, time or chance of its own. Load the rows, check and apply the commands in order, and take
 * the changed rows.
 *
 * <p>Every answer about a decision that is on record, and of every command that put one there,
 * refused ones too, carries it as its value; a refusal without a {@link Decision} therefore says
 * that nothing was recorded. The one exception is a fresh commit, whose value is the own share's.
 *
 * <p>One thread.
 */
public final class DecisionBook {
    private final CommitContext context;
    private final Map<TraceNumber, Decision> rows = new HashMap<>();
    private final Map<TraceNumber, Decision> loaded = new HashMap<>();
    private final Set<TraceNumber> changed = new TreeSet<>();

    /** An empty book of one local commit. */
    public DecisionBook(CommitContext context) {
        this.context = context;
    }

    /**
     * One changed row.
     *
     * @param row the row to write
     * @param kind how it changed
     */
    public record Change(Decision row, Kind kind) {
        /** How a row changed. */
        public enum Kind {
            /** It is new: a key that exists by then rolls the commit back. */
            INSERTED,
            /** A further attempt took the place of a void one. */
            REPLACED,
            /** Branches were acknowledged, nothing else. */
            ACKNOWLEDGED
        }

        /** Whether the row is new. */
        public boolean inserted() {
            return kind == Kind.INSERTED;
        }
    }

    /**
     * Whether this command may do without a look at its row: whatever becomes of a first attempt,
     * its insert proves that there was none (CommitContext.presumesNew).
     */
    public boolean presumesNew(DecisionCommand command) {
        return context.presumesNew() && command instanceof Decide decide && decide.attempt() == 1;
    }

    /** Takes up a row that was read under its lock. */
    public void load(Decision row) {
        rows.put(row.trace(), row);
        loaded.put(row.trace(), row);
    }

    /** Judges one command by the rows and by what was applied so far. */
    public Check check(DecisionCommand command) {
        Check check = checkKnown(command);
        boolean unproven =
                presumesNew(command) && command.traces().stream().noneMatch(rows::containsKey);
        return unproven && !(check instanceof Check.Fresh) ? Check.UNSURE : check;
    }

    private Check checkKnown(DecisionCommand command) {
        return switch (command) {
            case Decide decide -> checkDecide(decide);
            case Abort abort -> checkVoid(abort.decide());
            case Inquire inquire -> checkInquire(inquire);
            case Acknowledge _ -> Check.FRESH;
            case Look look -> ended(look(look.trace()));
            case Guard guard -> checkGuard(guard);
            case Resolve resolve -> checkResolve(resolve);
        };
    }

    /** Applies one command whose check was fresh. */
    public Answer apply(DecisionCommand command, Answer soFar) {
        return switch (command) {
            case Decide decide -> decide(decide, soFar);
            case Abort abort -> recordVoid(abort.decide(), abort.outcome());
            case Inquire inquire -> plant(inquire);
            case Acknowledge acknowledge -> acknowledge(acknowledge);
            case Look look -> look(look.trace());
            case Guard _ -> soFar;
            case Resolve resolve -> resolve(resolve, soFar);
        };
    }

    /** The rows to write, in the order of their keys. */
    public List<Change> changes() {
        return changed.stream().map(this::change).toList();
    }

    private Change change(TraceNumber trace) {
        Decision row = rows.get(trace);
        if (row == null) {
            throw new IllegalStateException("decision " + trace + ": absent (expected: changed)");
        }
        Decision before = loaded.get(trace);
        if (before == null) {
            return new Change(row, Change.Kind.INSERTED);
        }
        boolean same = before.attempt() == row.attempt() && before.state() == row.state();
        return new Change(row, same ? Change.Kind.ACKNOWLEDGED : Change.Kind.REPLACED);
    }

    private Check checkDecide(Decide decide) {
        Check before = checkVoid(decide);
        if (!(before instanceof Check.Fresh)) {
            return before;
        }
        if (decide.attempt() > 1 && !rows.containsKey(decide.trace())) {
            return refused(
                    OutcomeCode.ABORTED,
                    "attempt: %d (expected: 1, where no attempt is on record)"
                            .formatted(decide.attempt()));
        }
        if (context.databaseMillis() > decide.decideBy()) {
            return refused(
                    OutcomeCode.DEADLINE_EXPIRED,
                    "decision: %d ms late (expected: by its deadline)"
                            .formatted(context.databaseMillis() - decide.decideBy()));
        }
        if (decide.businessDate().compareTo(context.closedThrough()) <= 0) {
            return refused(
                    OutcomeCode.DAY_CLOSED,
                    "business date: %s (expected: after %s, which is closed)"
                            .formatted(decide.businessDate(), context.closedThrough()));
        }
        return Check.FRESH;
    }

    /** Whether this attempt may still be decided, one way or the other (attempt). */
    private Check checkVoid(Decide decide) {
        Decision row = rows.get(decide.trace());
        if (row == null) {
            return Check.FRESH;
        }
        if (differs(row, decide.digest())) {
            return ended(contentDiffers(row));
        }
        if (!row.state().isFinal() && row.attempt() < decide.attempt()) {
            return Check.FRESH;
        }
        return ended(recorded(row));
    }

    private Check checkInquire(Inquire inquire) {
        Decision row = rows.get(inquire.key().trace());
        if (row != null && row.state() == DecisionState.COMMITTED) {
            return ended(Answer.accepted(standing(row, inquire)).asRecorded());
        }
        if (row != null && (row.state().isFinal() || row.attempt() >= inquire.key().attempt())) {
            return ended(Answer.accepted(Standing.ABORTED).asRecorded());
        }
        return inquire.decideByRemaining() > 0
                ? ended(Answer.accepted(Standing.WAIT))
                : Check.FRESH;
    }

    /** Commit only for a listed branch that is not acknowledged (branch-list). */
    private static Standing standing(Decision committed, Inquire inquire) {
        if (!committed.lists(inquire.key(), inquire.branchDigest())) {
            return Standing.ABORTED;
        }
        return committed.isAcknowledged(inquire.key().branch())
                ? Standing.CONFIRMED
                : Standing.COMMITTED;
    }

    private Check checkGuard(Guard guard) {
        Decision row = rows.get(guard.trace());
        if (row == null) {
            return Check.FRESH;
        }
        if (differs(row, guard.digest())) {
            return ended(contentDiffers(row));
        }
        return row.state().isFinal() ? ended(recorded(row)) : Check.FRESH;
    }

    private Check checkResolve(Resolve resolve) {
        Decision row = rows.get(resolve.key().trace());
        return row == null
                ? ended(look(resolve.key().trace()))
                : judge(row, resolve).<Check>map(Check.Ended::new).orElse(Check.FRESH);
    }

    /**
     * What speaks against ending a branch by hand: nobody ends it otherwise than was decided, and
     * nobody ends what is finished. Empty where nothing does; the commit asks again.
     */
    public static Optional<Answer> judge(Decision row, Resolve resolve) {
        if (row.digest() != resolve.digest() || !row.lists(resolve.key(), resolve.branchDigest())) {
            return Optional.of(
                    Answer.refused(
                            OutcomeCode.UNKNOWN_TRANSACTION,
                            "branch: %s (expected: one that the decision lists)"
                                    .formatted(resolve.key())));
        }
        boolean committed = row.state() == DecisionState.COMMITTED;
        if (committed != (resolve.verdict() == BranchState.CONFIRMED)) {
            return Optional.of(against(committed));
        }
        return row.isAcknowledged(resolve.key().branch())
                ? Optional.of(
                        Answer.refused(
                                OutcomeCode.NOT_TO_BE_RESOLVED,
                                "branch: %s is finished (expected: unfinished)"
                                        .formatted(resolve.key())))
                : Optional.empty();
    }

    /** What an operator is told who wants the opposite of what was decided. */
    public static Answer against(boolean committed) {
        return Answer.refused(
                OutcomeCode.AGAINST_DECISION,
                committed
                        ? "verdict: CANCELLED of what committed (expected: CONFIRMED; to take it"
                                + " back, let it settle and reverse it)"
                        : "verdict: CONFIRMED of what did not commit (expected: CANCELLED; to move"
                                + " the money after all, send a new transaction)");
    }

    private Answer resolve(Resolve resolve, Answer soFar) {
        Decision row = rows.get(resolve.key().trace());
        if (soFar.isAccepted() && row != null) {
            put(row.acknowledge(Decision.bit(resolve.key().branch()), context.databaseMillis()));
        }
        return soFar;
    }

    private Answer decide(Decide decide, Answer soFar) {
        return switch (soFar.outcome()) {
            case Outcome.Accepted accepted -> {
                put(row(decide, DecisionState.COMMITTED, accepted));
                yield soFar;
            }
            case Outcome.Refused refused -> recordVoid(decide, refused);
            case Outcome.Unknown unknown ->
                    throw new IllegalStateException(
                            "own share: " + unknown + " (expected: accepted or refused)");
        };
    }

    private Answer recordVoid(Decide decide, Outcome.Refused outcome) {
        DecisionState state =
                outcome.code().isFinal() ? DecisionState.REFUSED : DecisionState.ABORTED;
        Decision row = row(decide, state, outcome);
        put(row);
        return new Answer(outcome, row, false);
    }

    private Answer plant(Inquire inquire) {
        TraceNumber trace = inquire.key().trace();
        Decision before = rows.get(trace);
        put(
                new Decision(
                        trace,
                        inquire.key().attempt(),
                        DecisionState.ABORTED,
                        context.cell(),
                        before == null || before.digest() == 0
                                ? inquire.transactionDigest()
                                : before.digest(),
                        context.databaseMillis() + inquire.decideByRemaining(),
                        inquire.businessDate(),
                        List.of(),
                        0,
                        Outcome.refused(
                                OutcomeCode.ABORTED,
                                "decision: none by its deadline (expected: one)"),
                        before == null ? Content.EMPTY : before.content(),
                        context.databaseMillis()));
        return Answer.accepted(Standing.ABORTED);
    }

    private Answer acknowledge(Acknowledge acknowledge) {
        for (Mark mark : acknowledge.marks()) {
            Decision row = rows.get(mark.trace());
            if (row == null || row.attempt() != mark.attempt() || row.digest() != mark.digest()) {
                continue;
            }
            Decision after = row.acknowledge(mark.branches(), context.databaseMillis());
            if (after.acknowledged() != row.acknowledged()) {
                put(after);
            }
        }
        return Answer.accepted();
    }

    private Answer look(TraceNumber trace) {
        Decision row = rows.get(trace);
        return row == null
                ? Answer.refused(
                        OutcomeCode.UNKNOWN_TRANSACTION,
                        "transaction: " + trace + " (expected: one with a decision on record)")
                : Answer.accepted(row).asRecorded();
    }

    private void put(Decision row) {
        rows.put(row.trace(), row);
        changed.add(row.trace());
    }

    private Decision row(Decide decide, DecisionState state, Outcome outcome) {
        return new Decision(
                decide.trace(),
                decide.attempt(),
                state,
                context.cell(),
                decide.digest(),
                decide.decideBy(),
                decide.businessDate(),
                decide.branches(),
                0,
                outcome,
                decide.content(),
                0);
    }

    private static boolean differs(Decision row, long digest) {
        return row.digest() != 0 && row.digest() != digest;
    }

    private static Answer recorded(Decision row) {
        return new Answer(row.outcome(), row, true);
    }

    private static Answer contentDiffers(Decision row) {
        return Answer.refused(
                        OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "trace number: "
                                + row.trace()
                                + " was used with other content (expected: a new one)")
                .with(row);
    }

    private static Check refused(OutcomeCode code, String message) {
        return ended(Answer.refused(code, message));
    }

    private static Check ended(Answer answer) {
        return new Check.Ended(answer);
    }

    /** The decision on record, as this commit will leave it. */
    public Optional<Decision> find(TraceNumber trace) {
        return Optional.ofNullable(rows.get(trace));
    }
}
