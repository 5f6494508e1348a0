package io.feiqian.sqlmode;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
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
    void start(String... sql) throws SQLException {
        int session;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            session = row.getInt(1);
        }
        FutureTask<Throwable> task =
                new FutureTask<>(() -> {
                    try {
                        TestDatabase.execute(connection, sql);
                        connection.commit();
                        return new AssertionError("written: " + List.of(sql));
                    } catch (SQLException refused) {
                        connection.rollback();
                        return refused;
                    }
                });
        writing = task;
        Thread.ofVirtual().start(task);
        String waits =
                "select 'waits' from pg_stat_activity where wait_event_type = 'Lock' and pid = "
                        + session;
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

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
