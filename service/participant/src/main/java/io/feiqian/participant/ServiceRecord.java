package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;

/**
 * One row of a service's transactions as operators see it.
 *
 * @param role what the row is
 * @param trace the transaction
 * @param attempt which attempt
 * @param branch the branch's number; 0 of a decision
 * @param state of a decision decided, settled, aborted or refused; of a branch its state
 * @param kind of a branch its kind; empty of a decision
 * @param initiator who decides
 * @param action of a branch what does its work
 * @param outcome what was answered
 * @param since milliseconds since 1970 by the database's clock: when it was decided; of a branch
 *     from when on it may ask what was decided, 0 where it never had to
 * @param finishedAt by the same clock; 0 while unfinished
 * @param now the same clock's time when it was read
 * @param branches of a decision what it lists
 */
public record ServiceRecord(
        Role role,
        TraceNumber trace,
        int attempt,
        int branch,
        String state,
        String kind,
        String initiator,
        String action,
        Outcome outcome,
        long since,
        long finishedAt,
        long now,
        List<Listed> branches) {
    /** What a row is. */
    public enum Role {
        /** The decision of a transaction that this service began. */
        INITIATOR,
        /** This service's share of a transaction. */
        BRANCH
    }

    /**
     * A branch that a decision lists.
     *
     * @param branch its number
     * @param service who takes part
     * @param action who takes the message; empty where it was tried
     * @param finished whether its end is recorded
     */
    public record Listed(int branch, String service, String action, boolean finished) {}

    static ServiceRecord of(DecisionRow row, String service, Times times) {
        String state =
                switch (row.state()) {
                    case COMMITTED -> row.finished() ? "SETTLED" : "DECIDED";
                    case ABORTED -> "ABORTED";
                    case REFUSED -> "REFUSED";
                };
        List<Listed> listed =
                row.branches().stream()
                        .map(each ->
                                new Listed(
                                        each.branch(),
                                        each.service(),
                                        each.action(),
                                        (row.acknowledged() & each.bit()) != 0))
                        .toList();
        return new ServiceRecord(
                Role.INITIATOR,
                row.trace(),
                row.attempt(),
                0,
                state,
                "",
                service,
                "",
                row.outcome(),
                times.since(),
                times.finishedAt(),
                times.now(),
                listed);
    }

    static ServiceRecord of(BranchRow row, Times times) {
        return new ServiceRecord(
                Role.BRANCH,
                row.key().trace(),
                row.key().attempt(),
                row.key().branch(),
                row.state().name(),
                row.kind().name(),
                row.initiator(),
                row.action(),
                row.outcome(),
                times.since(),
                times.finishedAt(),
                times.now(),
                List.of());
    }

    /** The times of a row. */
    record Times(long since, long finishedAt, long now) {}

    /** Whether something is left to do. */
    public boolean unfinished() {
        return finishedAt == 0;
    }

    boolean involves(String participant) {
        return participant.isEmpty()
                || action.equals(participant)
                || branches.stream().anyMatch(each -> each.service().equals(participant));
    }
}
