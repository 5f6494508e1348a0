package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Transactions that a database keeps prepared, found by their names (xa-gid). Thread-safe. */
interface PreparedTransactions {
    /**
     * Refuses at the start what would fail at the first prepare, and waits without a bound: what
     * waits for a prepared transaction's rows is no deadlock that the database would find.
     *
     * @throws IllegalStateException with a plain message
     */
    void requireAllowed(Connection connection) throws SQLException;

    /**
     * Begins a transaction that is to be prepared under this name.
     *
     * @return the connection to work on, roll back and prepare
     */
    Connection begin(Connection connection, PreparedName name) throws SQLException;

    /** Ends the transaction of a connection that was begun so by preparing it, durably. */
    void prepare(Connection connection, PreparedName name) throws SQLException;

    /** What this database holds prepared, by branch. */
    Map<BranchKey, PreparedName> inDoubt(Connection connection) throws SQLException;

    /**
     * Commits or rolls back what is prepared, durably.
     *
     * @return false where the database holds nothing of this name any more
     */
    boolean end(Connection connection, Verb verb, PreparedName name) throws SQLException;

    /** Bounds what the session waits for locks; not inside a transaction. */
    void bound(Connection connection, long timeoutMillis) throws SQLException;

    /** Ends that bound. */
    void unbound(Connection connection) throws SQLException;
}
