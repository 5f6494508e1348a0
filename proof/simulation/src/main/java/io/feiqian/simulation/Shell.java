package io.feiqian.simulation;

import io.feiqian.simulation.database.Statement;
import io.feiqian.storage.Answer;
import io.feiqian.storage.Contribution.Check;
import java.util.List;
import java.util.Map;

/**
 * What stands in a simulated transaction where a contribution's SQL stands in a real one: a book of
 * pure code between the rows that are read for it and the rows that it wants written.
 *
 * @param <C> the commands
 */
interface Shell<C> {
    /** Takes note of what a command needs. */
    void add(C command);

    /** Locks rows, in order. */
    List<Statement> locks();

    /** Reads rows once everything is locked. */
    List<Statement> reads();

    /** Reads the keys that say whether the commands took effect, without a lock. */
    Statement look();

    /** Takes in the rows that a statement of {@link #locks} or {@link #reads} found. */
    void load(Map<?, ?> rows);

    /** As in the real one. */
    Check check(C command);

    /** As in the real one. */
    Answer apply(C command, Answer soFar);

    /** Writes everything that was applied. */
    List<Statement> writes();
}
