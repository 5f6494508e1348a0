package io.feiqian.alarms;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database in which alarms are kept: the observatory's. Every statement ends within some
 * seconds. Thread-safe.
 *
 * <p>What fails is refused with {@code DATABASE_UNAVAILABLE}; a name that is there already with
 * {@code INVALID_TEXT}.
 */
final class AlarmDatabase implements AutoCloseable {
    private static final int CONNECTIONS = 3;
    private static final long PATIENCE_MILLIS = 1_500;
    private static final int SILENCE_SECONDS = 6;
    private static final String DUPLICATE = "23505";

    private final Supplier<DatabaseConfig> database;

    /** Made when something is asked for the first time; guarded by this. */
    private @Nullable HikariDataSource pool;

    /** What a statement is told. */
    @FunctionalInterface
    interface Values {
        void set(PreparedStatement statement) throws SQLException;
    }

    /** What a row becomes. */
    @FunctionalInterface
    interface Row<R> {
        R read(ResultSet row) throws SQLException;
    }

    /** What is done in one transaction. */
    @FunctionalInterface
    interface Body<R> {
        R run(Sql sql) throws SQLException;
    }

    /** Statements over one connection. */
    record Sql(Connection connection) {
        <R> List<R> query(String text, Values values, Row<R> reading) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                values.set(statement);
                List<R> found = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(reading.read(rows));
                    }
                }
                return found;
            }
        }

        <R> Optional<R> one(String text, Values values, Row<R> reading) throws SQLException {
            return query(text, values, reading).stream().findFirst();
        }

        int change(String text, Values values) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                values.set(statement);
                return statement.executeUpdate();
            }
        }
    }

    AlarmDatabase(Supplier<DatabaseConfig> database) {
        this.database = database;
    }

    <R> R transaction(Body<R> body) {
        try (Connection connection = pool().getConnection()) {
            try {
                R result = body.run(new Sql(connection));
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException failed) {
                connection.rollback();
                throw failed;
            }
        } catch (UncheckedIOException unknown) {
            throw silent();
        } catch (SQLException failed) {
            throw refused(failed);
        }
    }

    <R> List<R> query(String text, Values values, Row<R> reading) {
        return transaction(sql -> sql.query(text, values, reading));
    }

    int change(String text, Values values) {
        return transaction(sql -> sql.change(text, values));
    }

    static PGSimpleDataSource source(DatabaseConfig database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser(database.user());
        source.setPassword(database.password());
        source.setApplicationName("alarms");
        source.setConnectTimeout(SILENCE_SECONDS);
        source.setLoginTimeout(SILENCE_SECONDS);
        source.setSocketTimeout(SILENCE_SECONDS);
        return source;
    }

    private synchronized HikariDataSource pool() {
        HikariDataSource there = pool;
        if (there == null) {
            HikariConfig config = new HikariConfig();
            config.setPoolName("alarms");
            config.setDataSource(source(database.get()));
            config.setMaximumPoolSize(CONNECTIONS);
            config.setMinimumIdle(1);
            config.setAutoCommit(false);
            config.setConnectionTimeout(PATIENCE_MILLIS);
            config.setValidationTimeout(PATIENCE_MILLIS - 500);
            config.setInitializationFailTimeout(-1);
            config.setConnectionInitSql(
                    "set statement_timeout = '5s'; set lock_timeout = '2s'; set jit = off");
            there = new HikariDataSource(config);
            pool = there;
        }
        return there;
    }

    /** A statement that the database does not understand is a fault of ours, and none of its. */
    private static RuntimeException refused(SQLException failed) {
        String state = String.valueOf(failed.getSQLState());
        if (state.equals(DUPLICATE)) {
            return new RefusedException(
                    OutcomeCode.INVALID_TEXT, "name: there already (expected: another)");
        }
        boolean ours = state.startsWith("42") || state.startsWith("22") || state.startsWith("23");
        return ours ? new IllegalStateException("alarms: a statement of ours", failed) : silent();
    }

    private static RefusedException silent() {
        return new RefusedException(
                OutcomeCode.DATABASE_UNAVAILABLE,
                "alarms: their database does not answer (expected: running)");
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
