package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.BranchStep;
import io.feiqian.participant.BranchVerdict;
import io.feiqian.participant.Standing;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The branches that one local commit touches, and the rules by which they change: pure, without
 * SQL, time or chance of its own. Load the rows, check and apply the commands in order, and take
 * the changed rows. One thread.
 *
 * <p>Empty rollback, suspension and repetition are one rule: whatever comes first under the unique
 * key leaves its row, and the {@link BranchVerdict} of the row judges what comes later.
 */
public final class BranchBook {
    private final CommitContext context;
    private final Map<BranchKey, Branch> rows = new HashMap<>();
    private final Set<BranchKey> loaded = new HashSet<>();
    private final Set<BranchKey> changed = new TreeSet<>();

    /** An empty book of one local commit. */
    public BranchBook(CommitContext context) {
        this.context = context;
    }

    /**
     * One changed row.
     *
     * @param row the row to write
     * @param inserted whether it is new: a key that exists by then rolls the commit back
     */
    public record Change(Branch row, boolean inserted) {}

    /**
     * Whether this command may do without a look at its row: a try's insert proves that there was
     * none (CommitContext.presumesNew).
     */
    public boolean presumesNew(BranchCommand command) {
        return context.presumesNew() && command.step() == BranchStep.TRY;
    }

    /**
     * Whether this command may presume that its branch was tried and is not finished: its row can
     * be finished in the statement that locks and reads it. Only a row that was so is handed to
     * {@link #load} then, as it was before; and where one does not end as this command wants it,
     * everything is to be done again.
     */
    public boolean presumesTried(BranchCommand command) {
        return context.presumesNew()
                && command.place() != BranchCommand.Place.RESOLVE
                && (command.step() == BranchStep.CONFIRM || command.step() == BranchStep.CANCEL);
    }

    /** Takes up a row that was read under its lock. */
    public void load(Branch row) {
        rows.put(row.key(), row);
        loaded.add(row.key());
    }

    /** Judges one command by the rows and by what was applied so far. */
    public Check check(BranchCommand command) {
        Check check = checkKnown(command);
        boolean presumed = presumesNew(command) || presumesTried(command);
        boolean unproven = presumed && !rows.containsKey(command.proposed().key());
        return unproven && !(check instanceof Check.Fresh) ? Check.UNSURE : check;
    }

    private Check checkKnown(BranchCommand command) {
        Branch proposed = command.proposed();
        Optional<Branch> row = find(proposed.key());
        if (row.isPresent() && differs(row.get(), proposed)) {
            return ended(contentDiffers(command.step(), row.get()));
        }
        if (command.place() == BranchCommand.Place.RESOLVE) {
            return checkResolve(command, row);
        }
        BranchVerdict verdict = BranchVerdict.of(row.map(Branch::state), command.step());
        Standing standing = row.map(each -> each.state().standing()).orElse(Standing.NONE);
        BranchFinding finding = new BranchFinding(verdict, standing);
        return switch (verdict) {
            case PROCEED -> command.step() == BranchStep.TRY ? checkTry(proposed) : Check.FRESH;
            case RECORDED -> ended(recorded(command, row.orElse(proposed), finding));
            case ABSENT ->
                    ended(
                            OutcomeCode.UNKNOWN_TRANSACTION,
                            "branch: " + proposed.key() + " (expected: one that was tried)",
                            finding);
            case PRESENT ->
                    ended(
                            OutcomeCode.WAIT,
                            "branch: " + proposed.key() + " (expected: none by now)",
                            finding);
            case LATE ->
                    ended(
                            OutcomeCode.BRANCH_CANCELLED,
                            "branch: " + proposed.key() + " (expected: a try before its cancel)",
                            finding);
            case CONTRADICTION ->
                    ended(
                            OutcomeCode.CONTRADICTION,
                            "branch: %s is %s (expected: one that admits %s)"
                                    .formatted(proposed.key(), standing, command.step()),
                            finding);
        };
    }

    /** Applies one command whose check was fresh. */
    public Answer apply(BranchCommand command, Answer soFar) {
        if (command.place() == BranchCommand.Place.GUARD) {
            return soFar;
        }
        Branch before = find(command.proposed().key()).orElse(command.proposed());
        if (command.place() == BranchCommand.Place.RESOLVE) {
            if (soFar.isAccepted()) {
                put(before.finished(command.step().result(), context.databaseMillis()));
            }
            return soFar;
        }
        return switch (soFar.outcome()) {
            case Outcome.Accepted _ -> finish(command.step(), before);
            case Outcome.Refused refused -> refuse(command.step(), before, refused, soFar);
            case Outcome.Unknown unknown ->
                    throw new IllegalStateException(
                            "share: " + unknown + " (expected: accepted or refused)");
        };
    }

    /** The rows to write, in the order of their keys. */
    public List<Change> changes() {
        return changed.stream().map(this::change).toList();
    }

    /** The branch on record, as this commit will leave it. */
    public Optional<Branch> find(BranchKey key) {
        return Optional.ofNullable(rows.get(key));
    }

    private Change change(BranchKey key) {
        return new Change(find(key).orElseThrow(), !loaded.contains(key));
    }

    private static Check checkResolve(BranchCommand command, Optional<Branch> row) {
        return judge(command.step(), command.proposed().key(), row)
                .<Check>map(Check.Ended::new)
                .orElse(Check.FRESH);
    }

    /**
     * What speaks against ending a branch by hand: only what contradicts its decision is, and
     * everything else ends by the protocol. Empty where nothing does; the commit asks again.
     */
    public static Optional<Answer> judge(BranchStep step, BranchKey key, Optional<Branch> row) {
        BranchVerdict verdict = BranchVerdict.of(row.map(Branch::state), step);
        boolean lost = verdict == BranchVerdict.ABSENT && step.result() == BranchState.CONFIRMED;
        return verdict == BranchVerdict.CONTRADICTION || lost
                ? Optional.empty()
                : Optional.of(
                        Answer.refused(
                                OutcomeCode.NOT_TO_BE_RESOLVED,
                                "branch: %s is %s (expected: one that contradicts; see tx retry)"
                                        .formatted(
                                                key,
                                                row.map(it -> it.state().name())
                                                        .orElse("not there"))));
    }

    private Check checkTry(Branch proposed) {
        if (context.databaseMillis() > proposed.decideBy()) {
            return ended(
                    Answer.refused(
                            OutcomeCode.DEADLINE_EXPIRED,
                            "try: %d ms late (expected: by the deadline of its decision)"
                                    .formatted(context.databaseMillis() - proposed.decideBy())));
        }
        if (proposed.businessDate().compareTo(context.closedThrough()) <= 0) {
            return ended(
                    Answer.refused(
                            OutcomeCode.DAY_CLOSED,
                            "business date: %s (expected: after %s, which is closed)"
                                    .formatted(proposed.businessDate(), context.closedThrough())));
        }
        return Check.FRESH;
    }

    private Answer recorded(BranchCommand command, Branch row, BranchFinding finding) {
        if (command.step() != BranchStep.TRY) {
            return Answer.accepted(finding).asRecorded();
        }
        if (!row.businessDate().equals(command.proposed().businessDate())) {
            return Answer.refused(
                            OutcomeCode.DAY_CLOSED,
                            "business date: %s (expected: %s, for which it was tried)"
                                    .formatted(
                                            command.proposed().businessDate(), row.businessDate()))
                    .with(finding);
        }
        return new Answer(row.outcome(), finding, true);
    }

    private Answer finish(BranchStep step, Branch before) {
        BranchState state = step.result();
        put(state == BranchState.TRIED ? before : before.finished(state, context.databaseMillis()));
        return Answer.accepted(new BranchFinding(BranchVerdict.PROCEED, state.standing()));
    }

    /**
     * A refused try is recorded where the refusal is final; a refused confirm or cancel changes
     * nothing and is not acknowledged.
     */
    private Answer refuse(BranchStep step, Branch before, Outcome.Refused refused, Answer soFar) {
        if (step != BranchStep.TRY || !refused.code().isFinal()) {
            Standing standing =
                    loaded.contains(before.key()) ? before.state().standing() : Standing.NONE;
            return soFar.with(new BranchFinding(BranchVerdict.PROCEED, standing));
        }
        put(before.refused(refused, context.databaseMillis()));
        return soFar.with(new BranchFinding(BranchVerdict.PROCEED, Standing.REFUSED));
    }

    private void put(Branch row) {
        rows.put(row.key(), row);
        changed.add(row.key());
    }

    private static boolean differs(Branch row, Branch proposed) {
        return row.digest() != proposed.digest()
                || row.transactionDigest() != proposed.transactionDigest()
                || !row.initiator().equals(proposed.initiator());
    }

    /** A confirm with other content is a contradiction; others just do not mean this branch. */
    private static Answer contentDiffers(BranchStep step, Branch row) {
        boolean decided = step.result() == BranchState.CONFIRMED;
        return Answer.refused(
                        decided ? OutcomeCode.CONTRADICTION : OutcomeCode.TRACE_CONTENT_DIFFERS,
                        "branch: " + row.key() + " has other content (expected: the same)")
                .with(
                        new BranchFinding(
                                decided ? BranchVerdict.CONTRADICTION : BranchVerdict.RECORDED,
                                row.state().standing()));
    }

    private static Check ended(OutcomeCode code, String message, BranchFinding finding) {
        return ended(Answer.refused(code, message).with(finding));
    }

    private static Check ended(Answer answer) {
        return new Check.Ended(answer);
    }
}
