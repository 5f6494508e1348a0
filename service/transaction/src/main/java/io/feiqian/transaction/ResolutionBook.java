package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.transaction.Resolution.Person;
import io.feiqian.transaction.Resolution.State;
import io.feiqian.transaction.ResolutionCommand.Approve;
import io.feiqian.transaction.ResolutionCommand.Propose;
import io.feiqian.transaction.ResolutionCommand.Reject;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The proposals that one local commit touches, and the rule of the two operators (P6.3.3-d): pure,
 * without SQL, time or chance of its own. One thread.
 */
public final class ResolutionBook {
    private final CommitContext context;
    private final Map<Long, Resolution> rows = new TreeMap<>();
    private final Set<Long> loaded = new HashSet<>();
    private final Set<Long> untrue = new HashSet<>();
    private final Set<Long> changed = new HashSet<>();

    /** An empty book of one local commit. */
    public ResolutionBook(CommitContext context) {
        this.context = context;
    }

    /**
     * One changed row.
     *
     * @param row the row to write
     * @param inserted whether it is new
     */
    public record Change(Resolution row, boolean inserted) {}

    /** Takes up a row that was read under its lock, with the digest that was stored with it. */
    public void load(Resolution row, long storedDigest) {
        rows.put(row.id(), row);
        loaded.add(row.id());
        if (row.digest() != storedDigest) {
            untrue.add(row.id());
        }
    }

    /** Judges one command by the rows and by what was applied so far. */
    public Check check(ResolutionCommand command) {
        Resolution row = rows.get(command.id());
        return switch (command) {
            case Propose _ ->
                    row == null ? Check.FRESH : new Check.Ended(Answer.accepted(row).asRecorded());
            case Approve approve -> checkApprove(approve, row);
            case Reject reject -> checkReject(reject, row);
        };
    }

    /** Applies one command whose check was fresh. */
    public Answer apply(ResolutionCommand command, Answer soFar) {
        if (!soFar.isAccepted()) {
            return soFar;
        }
        long now = context.databaseMillis();
        return switch (command) {
            case Propose propose -> put(propose.proposal().recorded(now));
            case Approve approve ->
                    put(there(approve.id()).decided(State.APPROVED, approve.by(), now));
            case Reject reject -> put(there(reject.id()).decided(State.REJECTED, reject.by(), now));
        };
    }

    /** The rows to write, in the order of their keys. */
    public List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        rows.forEach((id, row) -> {
            if (changed.contains(id)) {
                changes.add(new Change(row, !loaded.contains(id)));
            }
        });
        return changes;
    }

    private Check checkApprove(Approve approve, @Nullable Resolution row) {
        if (row == null) {
            return unknown(approve.id());
        }
        if (untrue.contains(row.id())) {
            return new Check.Ended(differs());
        }
        return judge(row, approve, context.databaseMillis())
                .<Check>map(Check.Ended::new)
                .orElse(Check.FRESH);
    }

    /**
     * What speaks against an approval at this time by the database's clock, or the recorded answer
     * of the same one; empty where it may be approved. To be asked before anything costly; the
     * commit asks again.
     */
    public static Optional<Answer> judge(Resolution row, Approve approve, long nowMillis) {
        if (row.digest() != approve.digest()) {
            return Optional.of(differs());
        }
        if (row.proposer().isSame(approve.by())) {
            return refused(
                    OutcomeCode.SECOND_OPERATOR_REQUIRED,
                    "operator: %s, who proposed it (expected: another one)"
                            .formatted(row.proposer().operator()));
        }
        if (!row.proposer().isOfSameDirectory(approve.by())) {
            return refused(
                    OutcomeCode.SECOND_OPERATOR_REQUIRED,
                    "operator: %s, perhaps %s under another name (expected: one that signs in the same way)"
                            .formatted(approve.by().operator(), row.proposer().operator()));
        }
        if (row.state() == State.APPROVED && row.decider().isSame(approve.by())) {
            return Optional.of(Answer.accepted(row).asRecorded());
        }
        if (row.state() != State.OPEN) {
            return ended(row);
        }
        return nowMillis > row.expiresAt()
                ? refused(
                        OutcomeCode.PROPOSAL_ENDED,
                        "proposal: expired %d s ago (expected: approved in time; propose it again)"
                                .formatted((nowMillis - row.expiresAt()) / 1_000))
                : Optional.empty();
    }

    private static Check checkReject(Reject reject, @Nullable Resolution row) {
        if (row == null) {
            return unknown(reject.id());
        }
        if (row.state() == State.REJECTED && row.decider().isSame(reject.by())) {
            return new Check.Ended(Answer.accepted(row).asRecorded());
        }
        return row.state() == State.OPEN
                ? Check.FRESH
                : ended(row).<Check>map(Check.Ended::new).orElse(Check.FRESH);
    }

    private static Optional<Answer> ended(Resolution row) {
        Person by = row.decider();
        return refused(
                OutcomeCode.PROPOSAL_ENDED,
                "proposal: %s by %s (expected: open)".formatted(row.state(), by.operator()));
    }

    private static Check unknown(long id) {
        return new Check.Ended(
                Answer.refused(
                        OutcomeCode.UNKNOWN_PROPOSAL,
                        "proposal: " + id + " (expected: one that was proposed in this cell)"));
    }

    private static Answer differs() {
        return Answer.refused(
                OutcomeCode.PROPOSAL_DIFFERS,
                "proposal: another than was read (expected: its digest, see 'feiqian tx show')");
    }

    private static Optional<Answer> refused(OutcomeCode code, String message) {
        return Optional.of(Answer.refused(code, message));
    }

    private Resolution there(long id) {
        Resolution row = rows.get(id);
        if (row == null) {
            throw new IllegalStateException("proposal " + id + ": absent (expected: checked)");
        }
        return row;
    }

    private Answer put(Resolution row) {
        rows.put(row.id(), row);
        changed.add(row.id());
        return Answer.accepted(row);
    }
}
