package io.feiqian.storage;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Somebody else's transaction in the same database, held open as long as a test wants. On a
 * connection of its own and without the product's time limits, so that a busy machine ends no test.
 */
final class OtherSession implements AutoCloseable {
    private final Connection connection;

    OtherSession(TestCell cell) throws SQLException {
        DatabaseConfig config = cell.config;
        connection = DriverManager.getConnection(config.url(), config.user(), config.password());
        connection.setAutoCommit(false);
    }

    /** Holds a purse's row until {@link #commit}. */
    void lockPurse(long purse) throws SQLException {
        run("select 1 from purse where id = " + purse + " for update");
    }

    /** Holds a fence lock shared, as a commit in flight does. */
    void fenceShared(int id) throws SQLException {
        run("select pg_advisory_xact_lock_shared(%d, %d)".formatted(Fence.LOCK_CLASS, id));
    }

    /** Holds a fence lock exclusively, as a switch does. */
    void fenceExclusive(int id) throws SQLException {
        run("select pg_advisory_xact_lock(%d, %d)".formatted(Fence.LOCK_CLASS, id));
    }

    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    /** Returns once so many sessions wait for a lock of this database. */
    static void awaitWaiters(TestCell cell, int count) throws InterruptedException, SQLException {
        try (OtherSession looking = new OtherSession(cell)) {
            while (looking.number("select count(*) from pg_locks where not granted") < count) {
                looking.commit();
                if (Thread.interrupted()) {
                    throw new InterruptedException("nobody waits for a lock");
                }
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
