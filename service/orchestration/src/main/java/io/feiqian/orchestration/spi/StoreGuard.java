package io.feiqian.orchestration.spi;

import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.SortedSet;

/**
 * What every transaction that writes rows of orchestrations does first, where the rows move with
 * their home slots: the owner's locks and the check of its epoch (home-slot, fence-order). A
 * service that keeps its rows in one database for ever needs none.
 */
@FunctionalInterface
public interface StoreGuard {
    /** For rows that never move. */
    StoreGuard NONE = (connection, slots) -> {};

    /**
     * Lets the transaction write rows of these slots, given in order.
     *
     * @throws RefusedException where this process does not own one of them
     * @throws SQLException where the connection fails
     */
    void check(Connection connection, SortedSet<Slot> slots) throws SQLException;
}
