package io.feiqian.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/**
 * One local transaction of the cell's own database, assembled from contributions: the type the
 * whole system turns on (the first law). Fence, idempotence, branch, decision, messages, journal
 * and business rows are committed together or not at all.
 *
 * <p>Two forms. <em>Grouped</em>: the commands of many callers in one database transaction, two
 * round trips, each caller with an answer of its own. <em>Solo</em>: a user's own statements on a
 * connection, with contributions added to the same commit. Both verify owner, epoch and state of
 * every claimed slot inside the transaction.
 *
 * <p>Thread-safe.
 */
public interface LocalCommit {
    /**
     * Hands over one work for the next grouped transaction. Never blocks.
     *
     * <p>The future completes once the answer is durable and never exceptionally: refusals,
     * overload and faults are answers. {@code UNKNOWN} is answered only where the commit was sent
     * and its fate could not be established before the deadline (unknown-commit).
     */
    CompletableFuture<Answer> submit(Work work);

    /**
     * Runs a user's statements and the work's parts in one transaction of their own and waits until
     * it is durable. The statements run after every check was fresh and before the parts are
     * applied; an exception of theirs rolls everything back and is thrown on.
     */
    Answer solo(Work work, UserStatements statements) throws SQLException;

    /** A user's own statements. */
    @FunctionalInterface
    interface UserStatements {
        /** Runs on the transaction's connection; must not commit, roll back or keep it. */
        void run(Connection connection) throws SQLException;
    }
}
