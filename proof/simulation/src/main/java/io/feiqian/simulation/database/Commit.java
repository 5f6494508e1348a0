package io.feiqian.simulation.database;

import java.util.List;
import java.util.Optional;

/**
 * A transaction that has become visible, for those who watch the database from outside.
 *
 * @param database the database's name
 * @param changes its changes, in the order of its statements
 */
public record Commit(String database, List<Change> changes) {
    /**
     * One row before and after.
     *
     * @param table the table
     * @param id the key
     * @param before the row before; empty where there was none
     * @param after the row after; empty where it was deleted
     */
    public record Change(
            String table, Object id, Optional<Object> before, Optional<Object> after) {}
}
