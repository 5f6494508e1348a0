package io.feiqian.simulation.jdbc;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.vocabulary.TraceNumber;

/**
 * A row of {@code feiqian_branch}.
 *
 * @param key the key
 * @param columns every column in the order of the library's statements, the deadline last
 * @param finishedAt when it ended, by the database's clock; 0 where it has not
 */
public record BranchLine(BranchKey key, Cells columns, long finishedAt) {
    /** The table. */
    public static final String TABLE = "feiqian_branch";

    private static final int KIND = 4;
    private static final int STATE = 5;
    private static final int DIGEST = 7;
    private static final int DECIDE_BY = 14;

    /** A row made of the parameters of the library's insert. */
    static BranchLine inserted(Cells parameters, long now) {
        boolean open = Boolean.TRUE.equals(parameters.of(DECIDE_BY + 1));
        return new BranchLine(
                key(parameters),
                parameters
                        .part(0, DECIDE_BY + 1)
                        .with(DECIDE_BY, parameters.number(DECIDE_BY) + now),
                open ? 0 : now);
    }

    private static BranchKey key(Cells columns) {
        return new BranchKey(
                new TraceNumber(columns.number(0), columns.number(1)),
                (int) columns.number(2),
                (int) columns.number(3));
    }

    /** Its kind's number. */
    public int kind() {
        return (int) columns.number(KIND);
    }

    /** Its state. */
    public BranchState state() {
        return BranchState.ofNumber((int) columns.number(STATE));
    }

    /** The digest of what was asked for. */
    public long digest() {
        return columns.number(DIGEST);
    }

    long decideBy() {
        return columns.number(DECIDE_BY);
    }

    BranchLine ended(int state, long now) {
        return new BranchLine(key, columns.with(STATE, state), now);
    }

    @Override
    public String toString() {
        return "branch " + key + " " + state();
    }
}
