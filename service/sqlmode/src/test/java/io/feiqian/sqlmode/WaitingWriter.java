package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** An ordinary writer that is known to wait in the database for another transaction. */
final class WaitingWriter implements AutoCloseable {
    private final TestDatabase database;
    private final Connection connection;
    private @Nullable FutureTask<Throwable> writing;

    WaitingWriter(TestDatabase database) throws SQLException {
        this.database = database;
        this.connection = database.open();
    }

    /** Begins to write, and returns when it waits. */
    void start(String sql) throws SQLException {
        start(sql, () -> TestDatabase.execute(connection, sql));
    }

    /** Begins as this branch, and returns when it waits. */
    void start(TableCatalog catalog, BranchKey key, String sql) throws SQLException {
        SqlModeSettings patient = SqlModeSettings.defaults().withLockWait(Duration.ofMinutes(1));
        SqlCapture capture = SqlCapture.over(connection, key, patient, catalog);
        start(sql, () -> TestDatabase.execute(capture.connection(), sql));
    }

    private void start(String what, Write write) throws SQLException {
        long session;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(database.kind().session())) {
            row.next();
            session = row.getLong(1);
        }
        FutureTask<Throwable> task =
                new FutureTask<>(() -> {
                    try {
                        write.run();
                        connection.commit();
                        return new AssertionError("written: " + what);
                    } catch (SQLException refused) {
                        connection.rollback();
                        return refused;
                    }
                });
        writing = task;
        Thread.ofVirtual().start(task);
        String waits = database.kind().waits(session);
        while (database.rows(waits).isEmpty()) {
            if (task.isDone()) {
                throw new AssertionError("does not wait: " + failure());
            }
            Thread.onSpinWait();
        }
    }

    /** How the write failed. */
    Throwable failure() {
        if (writing == null) {
            throw new AssertionError("not started");
        }
        try {
            return writing.get();
        } catch (InterruptedException | ExecutionException lost) {
            throw new AssertionError(lost);
        }
    }

    /** May fail. */
    @FunctionalInterface
    private interface Write {
        void run() throws SQLException;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
