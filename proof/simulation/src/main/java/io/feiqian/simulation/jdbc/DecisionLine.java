package io.feiqian.simulation.jdbc;

import io.feiqian.participant.DecisionState;
import io.feiqian.participant.ListedBranch;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;

/**
 * A row of {@code feiqian_decision}.
 *
 * @param trace the key
 * @param attempt which attempt it speaks of
 * @param state what it says
 * @param columns digest, business date, branches, outcome, message and answer
 * @param branches what it lists
 * @param acknowledged the bits of the branches whose end is recorded
 * @param decidedAt when it was written, by the database's clock
 * @param finishedAt when every branch had ended; 0 where it has not
 */
public record DecisionLine(
        TraceNumber trace,
        int attempt,
        DecisionState state,
        Cells columns,
        List<ListedBranch> branches,
        long acknowledged,
        long decidedAt,
        long finishedAt) {
    /** The table. */
    public static final String TABLE = "feiqian_decision";

    /** A row made of the parameters of the library's insert and update. */
    static DecisionLine written(Cells parameters, long now) {
        List<ListedBranch> branches =
                parameters.of(4) instanceof byte[] bytes ? ListedBranch.read(bytes) : List.of();
        return new DecisionLine(
                new TraceNumber(parameters.number(10), parameters.number(9)),
                (int) parameters.number(0),
                DecisionState.ofNumber((int) parameters.number(1)),
                parameters.part(2, 8),
                branches,
                0,
                now,
                Boolean.TRUE.equals(parameters.of(8)) ? now : 0);
    }

    DecisionLine marked(long more, boolean finished, long now) {
        return new DecisionLine(
                trace,
                attempt,
                state,
                columns,
                branches,
                acknowledged | more,
                decidedAt,
                finished ? now : 0);
    }

    /** The columns as the library reads them. */
    Cells selected() {
        return Cells.of(
                trace.head(),
                trace.serial(),
                attempt,
                state.number(),
                columns.of(0),
                columns.of(1),
                columns.of(2),
                columns.of(3),
                columns.of(4),
                columns.of(5),
                acknowledged,
                finishedAt != 0,
                decidedAt);
    }

    /** The digest of what was asked for. */
    public long digest() {
        return columns.number(0);
    }

    @Override
    public String toString() {
        return "decision %s/%d %s%s"
                .formatted(trace, attempt, state, finishedAt == 0 ? ", not finished" : "");
    }
}
