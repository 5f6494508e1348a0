package io.feiqian.participant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;

/**
 * What is open in a service's database, of all its instances: for health and metrics. Read by
 * indexes over what is open only, so it costs the same however much is finished. Row: P6.3.3-a.
 *
 * @param tried branches that wait for their decision
 * @param overdue those of them whose deadline is over, so that their initiator is asked
 * @param longestOverdue how long the first of them is overdue; zero where none is
 * @param unfinished decisions of this service that not every branch has recorded yet
 * @param oldestUnfinished how long the first of them was decided; zero where there is none
 */
public record OpenWork(
        long tried,
        long overdue,
        Duration longestOverdue,
        long unfinished,
        Duration oldestUnfinished) {
    private static final String COUNT =
            "select (select count(*) from feiqian_branch where state = 1),"
                    + " (select count(*) from feiqian_branch where state = 1 and decide_by < ?),"
                    + " (select min(decide_by) from feiqian_branch where state = 1),"
                    + " (select count(*) from feiqian_decision where finished_at is null),"
                    + " (select min(decided_at) from feiqian_decision where finished_at is null)";

    /**
     * Counts in one round trip.
     *
     * @param now the time by which ages are told; rows carry the database's, so they are told as
     *     exactly as the two clocks agree
     */
    public static OpenWork in(DataSource database, Instant now) throws SQLException {
        long millis = now.toEpochMilli();
        try (Connection connection = database.getConnection();
                PreparedStatement count = connection.prepareStatement(COUNT)) {
            count.setLong(1, millis);
            OpenWork open;
            try (ResultSet row = count.executeQuery()) {
                row.next();
                open =
                        new OpenWork(
                                row.getLong(1),
                                row.getLong(2),
                                age(row, 3, millis),
                                row.getLong(4),
                                age(row, 5, millis));
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return open;
        }
    }

    private static Duration age(ResultSet row, int column, long millis) throws SQLException {
        long since = row.getLong(column);
        return row.wasNull() ? Duration.ZERO : Duration.ofMillis(Math.max(0, millis - since));
    }
}
