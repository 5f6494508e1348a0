package io.feiqian.messaging;

import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads of a cell's outbox and inbox for its operators, on a connection that the caller brings: by
 * key and position, by time, by trace number (P6.4.3-b). What has an order is read in pages: the
 * last one read says where the next page begins. Stateless.
 */
public final class MessageQueries {
    private static final String KEY_MATCHES =
            " where %1$s.name = ? and %1$s.topic = ? and %1$s.producer_slot = ?"
                    + " and %1$s.consumer_slot = ? and %1$s.replay = ?";

    private static final String BY_POSITION =
            "select "
                    + MessagingSql.ROW_COLUMNS
                    + " from outbox o"
                    + KEY_MATCHES.formatted("o")
                    + " and o.position between ? and ? order by o.position";

    private static final String BY_TIME =
            "select "
                    + MessagingSql.ROW_COLUMNS
                    + " from outbox o where o.created_at between ? and ?"
                    + " and (? = '' or o.topic = ?)"
                    + " order by o.created_at, o.name, o.topic, o.position limit ?";

    private static final String BY_TRACE =
            "select "
                    + MessagingSql.ROW_COLUMNS
                    + " from outbox o where o.trace_serial = ? and o.trace_head = ?"
                    + " and o.replay = 0 order by o.sub";

    private static final String BY_KEY =
            "select "
                    + MessagingSql.KEY_COLUMNS
                    + " from outbox_key k"
                    + KEY_MATCHES.formatted("k");

    private static final String STOPPED =
            "select "
                    + MessagingSql.KEY_COLUMNS
                    + " from outbox_key k where k.state <> 1 order by 1, 2, 3, 4, 5 limit ?";

    private static final String WAITING =
            "select "
                    + MessagingSql.KEY_COLUMNS
                    + " from outbox_key k where k.due_at is not null order by k.due_at limit ?";

    private static final String NAMED =
            "select "
                    + MessagingSql.KEY_COLUMNS
                    + " from outbox_key k where k.name = ? order by 1, 2, 3, 4, 5 limit ?";

    private static final String MARKS =
            "select "
                    + MessagingSql.MARK_COLUMNS
                    + " from inbox_mark m where m.name = ? order by 1, 2, 3, 4, 5 limit ?";

    private static final String COUNTS =
            """
            select (select count(*) from outbox_key where due_at is not null),
                (select count(*) from outbox_key where state = 2)\
            """;

    /**
     * How much waits.
     *
     * @param waiting keys with messages to deliver, now or later
     * @param dead keys that wait for an operator
     */
    public record Unfinished(long waiting, long dead) {}

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private interface Binder {
        void bind(PreparedStatement statement) throws SQLException;
    }

    private MessageQueries() {}

    /** How much waits now. */
    public static Unfinished unfinished(Connection connection) throws SQLException {
        return read(
                        connection,
                        COUNTS,
                        _ -> {},
                        row -> new Unfinished(row.getLong(1), row.getLong(2)))
                .getFirst();
    }

    /** The row of one key. */
    public static Optional<OutboxKey> find(Connection connection, MessageKey key)
            throws SQLException {
        return read(connection, BY_KEY, statement -> bind(statement, key), MessagingSql::outboxKey)
                .stream()
                .findFirst();
    }

    /** The messages of a key from one number to another, both included, as far as they are kept. */
    public static List<OutboxRow> messages(
            Connection connection, MessageKey key, long from, long to) throws SQLException {
        return read(
                connection,
                BY_POSITION,
                statement -> {
                    bind(statement, key);
                    statement.setLong(6, from);
                    statement.setLong(7, to);
                },
                row -> MessagingSql.message(row, 1));
    }

    /**
     * Messages by the time they were sent, oldest first; at most so many.
     *
     * @param fromMillis milliseconds since 1970 by the database's clock, included
     * @param toMillis the same, included
     * @param topic only these; empty for all
     */
    public static List<OutboxRow> sentBetween(
            Connection connection, long fromMillis, long toMillis, String topic, int limit)
            throws SQLException {
        return read(
                connection,
                BY_TIME,
                statement -> {
                    statement.setLong(1, fromMillis);
                    statement.setLong(2, toMillis);
                    statement.setString(3, topic);
                    statement.setString(4, topic);
                    statement.setInt(5, limit);
                },
                row -> MessagingSql.message(row, 1));
    }

    /** What a transaction sent, rewinds not among it. */
    public static List<OutboxRow> of(Connection connection, TraceNumber trace) throws SQLException {
        return read(
                connection,
                BY_TRACE,
                statement -> {
                    statement.setLong(1, trace.serial());
                    statement.setLong(2, trace.head());
                },
                row -> MessagingSql.message(row, 1));
    }

    /** Keys that wait for an operator, or for a skipping that one ordered; at most so many. */
    public static List<OutboxKey> stopped(Connection connection, int limit) throws SQLException {
        return read(
                connection,
                STOPPED,
                statement -> statement.setInt(1, limit),
                MessagingSql::outboxKey);
    }

    /** Keys with something to deliver, by when they are due; at most so many. */
    public static List<OutboxKey> waiting(Connection connection, int limit) throws SQLException {
        return read(
                connection,
                WAITING,
                statement -> statement.setInt(1, limit),
                MessagingSql::outboxKey);
    }

    /** The keys of one name that this cell sent under; at most so many. */
    public static List<OutboxKey> named(Connection connection, String name, int limit)
            throws SQLException {
        return read(
                connection,
                NAMED,
                statement -> {
                    statement.setString(1, name);
                    statement.setInt(2, limit);
                },
                MessagingSql::outboxKey);
    }

    /** How far keys of one name were consumed in this cell; at most so many. */
    public static List<InboxMark> marks(Connection connection, String name, int limit)
            throws SQLException {
        return read(
                connection,
                MARKS,
                statement -> {
                    statement.setString(1, name);
                    statement.setInt(2, limit);
                },
                MessagingSql::mark);
    }

    private static void bind(PreparedStatement statement, MessageKey key) throws SQLException {
        statement.setString(1, key.name());
        statement.setString(2, key.topic());
        statement.setInt(3, key.producer().number());
        statement.setInt(4, key.consumer().number());
        statement.setInt(5, key.replay());
    }

    private static <T> List<T> read(
            Connection connection, String sql, Binder binder, Reader<T> reader)
            throws SQLException {
        List<T> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            binder.bind(select);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(reader.read(row));
                }
            }
        }
        return found;
    }
}
