package io.feiqian.observatory;

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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Queries of an observatory's database over a few connections; each ends within some four seconds.
 * Thread-safe.
 */
final class Queries implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final long PATIENCE_MILLIS = 1_500;
    private static final long VALIDATION_MILLIS = 1_000;
    private static final int SILENCE_SECONDS = 4;
    private static final String CANCELLED = "57014";
    private static final String NOT_A_CHARACTER = "22021";

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

    /** Queries of this database, which need not be there yet, nor what is known of it. */
    Queries(Supplier<DatabaseConfig> database) {
        this.database = database;
    }

    private synchronized HikariDataSource pool() {
        HikariDataSource there = pool;
        if (there == null) {
            there = open(database.get());
            pool = there;
        }
        return there;
    }

    private static HikariDataSource open(DatabaseConfig database) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("observatory-reads");
        PGSimpleDataSource source = Writer.source(database);
        // A database that says nothing at all does not cancel its statements either.
        source.setSocketTimeout(SILENCE_SECONDS);
        config.setDataSource(source);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setReadOnly(true);
        config.setConnectionTimeout(PATIENCE_MILLIS);
        config.setValidationTimeout(VALIDATION_MILLIS);
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql("set statement_timeout = '3s'; set jit = off");
        return new HikariDataSource(config);
    }

    /**
     * The rows of this query.
     *
     * @throws RefusedException {@code DATABASE_UNAVAILABLE} where the database does not answer,
     *     {@code DEADLINE_EXPIRED} where it takes too long, {@code INVALID_TEXT} where a value has
     *     a character that no text of the database has
     */
    <R> List<R> list(String sql, Values values, Row<R> reading) {
        try (Connection connection = pool().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            values.set(statement);
            List<R> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(reading.read(rows));
                }
            }
            return found;
        } catch (UncheckedIOException unknown) {
            throw silent();
        } catch (SQLException failed) {
            throw refused(String.valueOf(failed.getSQLState()));
        }
    }

    private static RefusedException refused(String state) {
        return switch (state) {
            case CANCELLED ->
                    new RefusedException(
                            OutcomeCode.DEADLINE_EXPIRED,
                            "search: more than 3 s (expected: a shorter time or fewer conditions on"
                                    + " texts)");
            case NOT_A_CHARACTER ->
                    new RefusedException(
                            OutcomeCode.INVALID_TEXT,
                            "search: a text with the character NUL (expected: none)");
            default -> silent();
        };
    }

    private static RefusedException silent() {
        return new RefusedException(
                OutcomeCode.DATABASE_UNAVAILABLE,
                "observatory: its database does not answer (expected: running)");
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
