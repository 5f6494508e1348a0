package io.feiqian.storage;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A change of what the fence protects: exclusive locks first, in statements of their own and in
 * order; the change and its commit under them (fence-order). The wait is short and repeated, since
 * every later shared request queues behind an exclusive waiter (fence-queue).
 */
final class ExclusiveChange {
    /** Reads, judges and writes under the locks. */
    @FunctionalInterface
    interface Body {
        Outcome run(Connection connection) throws SQLException;
    }

    private static final int TRIES = 40;
    private static final String LOCK_TIMEOUT = "set local lock_timeout = '250ms'";

    private ExclusiveChange() {}

    /** Commits where the body accepts, and rolls back where it refuses. */
    static Outcome run(CellDatabase database, int[] lockIds, Body body) {
        try {
            for (int i = 0; i < TRIES; i++) {
                try {
                    return once(database, lockIds, body);
                } catch (SQLException failed) {
                    switch (DatabaseFault.of(failed)) {
                        // Between two tries everybody who queued behind us gets through.
                        case LOCKED, TRANSIENT -> {}
                        case DUPLICATE, POISON, FULL, UNAVAILABLE, LOST -> throw failed;
                    }
                }
            }
        } catch (SQLException failed) {
            throw new StorageException("change under the fence", failed);
        }
        return Outcome.refused(
                OutcomeCode.OVERLOADED,
                "fence: transactions hold it for long; nothing was changed, try again");
    }

    private static Outcome once(CellDatabase database, int[] lockIds, Body body)
            throws SQLException {
        try (Connection connection = database.pool().getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(LOCK_TIMEOUT);
                }
                try (PreparedStatement lock =
                        connection.prepareStatement("select pg_advisory_xact_lock(?, ?)")) {
                    for (int id : lockIds) {
                        lock.setInt(1, Fence.LOCK_CLASS);
                        lock.setInt(2, id);
                        lock.execute();
                    }
                }
                Outcome outcome = body.run(connection);
                if (outcome.isAccepted()) {
                    connection.commit();
                    committed = true;
                }
                return outcome;
            } finally {
                if (!committed) {
                    connection.rollback();
                }
            }
        }
    }
}
