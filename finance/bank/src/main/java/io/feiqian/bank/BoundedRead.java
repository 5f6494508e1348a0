package io.feiqian.bank;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * A read of much for operators: one snapshot, on one of the database's processors, and given up
 * when its time is over, so that looking never becomes a load. Stateless; blocks.
 */
final class BoundedRead {
    /** How long each statement may take. */
    static final Duration LIMIT = Duration.ofSeconds(2);

    private static final String BEGIN =
            """
            set transaction isolation level repeatable read, read only;
            set local max_parallel_workers_per_gather = 0;
            set local statement_timeout = %d\
            """
                    .formatted(LIMIT.toMillis());

    private static final String GIVEN_UP = "57014";

    /**
     * Something read on a connection.
     *
     * @param <T> what it finds
     */
    @FunctionalInterface
    interface Reading<T> {
        T read(Connection connection) throws SQLException;
    }

    private BoundedRead() {}

    /** What was read; empty where it was not in time. */
    static <T> Optional<T> of(DataSource pool, Reading<T> reading) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement begin = connection.createStatement()) {
                begin.execute(BEGIN);
                return Optional.of(reading.read(connection));
            } catch (SQLException failed) {
                if (GIVEN_UP.equals(failed.getSQLState())) {
                    return Optional.empty();
                }
                throw failed;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }
}
