package io.feiqian.transaction;

import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * One kind of alarm that was raised about a transaction in this cell, by whichever instance
 * (B11.3-b). Immutable.
 *
 * @param kind the stable name of the alarm
 * @param message what it said the last time
 * @param firstMillis when it was raised first, milliseconds since 1970 by the database's clock
 * @param lastMillis when it was raised last
 * @param times how often
 */
public record RaisedAlarm(
        String kind, String message, long firstMillis, long lastMillis, int times) {
    private static final String FIND =
            "select kind, message, first_at, last_at, times from transaction_alarm where trace_head"
                    + " = ? and trace_serial = ? order by first_at, kind";

    private static final String INSERT =
            "insert into transaction_alarm as a (trace_head, trace_serial, first_at, last_at,"
                    + " times, kind, message) values (?, ?, "
                    + TransactionSql.NOW
                    + ", "
                    + TransactionSql.NOW
                    + ", 1, ?, ?) on conflict (trace_serial, trace_head, kind) do update set"
                    + " last_at = excluded.last_at, times = a.times + 1, message ="
                    + " excluded.message";

    /** What was raised about this transaction in this cell, the oldest first. */
    public static List<RaisedAlarm> of(Connection connection, TraceNumber trace)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setLong(1, trace.head());
            select.setLong(2, trace.serial());
            List<RaisedAlarm> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(
                            new RaisedAlarm(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getLong(3),
                                    row.getLong(4),
                                    row.getInt(5)));
                }
            }
            return found;
        }
    }

    /** Takes down that an alarm was raised. */
    static void record(Connection connection, TraceNumber trace, String kind, String message)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setLong(1, trace.head());
            insert.setLong(2, trace.serial());
            insert.setString(3, kind);
            insert.setString(4, message.replace('\0', '?'));
            insert.executeUpdate();
        }
    }
}
