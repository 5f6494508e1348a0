package io.feiqian.messaging;

import io.feiqian.storage.Statements.Parameters;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The statements of outbox and inbox, and their rows read column by column. The texts are
 * constants, so that the database prepares each once.
 */
final class MessagingSql {
    private static final String KEYS =
            "unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[])"
                    + " as u(name, topic, producer, consumer, replay)";

    static final String KEY_COLUMNS =
            "k.name, k.topic, k.producer_slot, k.consumer_slot, k.replay, k.last_position,"
                    + " k.done_position, k.last_replay, k.state, k.attempts, k.outcome, k.said,"
                    + " k.due_at";

    static final String LOCK_KEYS =
            "select "
                    + KEY_COLUMNS
                    + " from "
                    + KEYS
                    + " join outbox_key k on k.name = u.name and k.topic = u.topic"
                    + " and k.producer_slot = u.producer and k.consumer_slot = u.consumer"
                    + " and k.replay = u.replay order by 1, 2, 3, 4, 5 for update of k";

    static final String KNOWN_MESSAGES =
            "select o.trace_head, o.trace_serial, o.sub, o.digest, o.name, o.topic,"
                    + " o.producer_slot, o.consumer_slot, o.replay, o.position"
                    + " from unnest(?::bigint[], ?::bigint[], ?::int[]) as u(head, serial, sub)"
                    + " join outbox o on o.trace_head = u.head and o.trace_serial = u.serial"
                    + " and o.sub = u.sub and o.replay = 0";

    static final String INSERT_KEYS =
            """
            insert into outbox_key (name, topic, producer_slot, consumer_slot, replay,
                last_position, done_position, last_replay, state, attempts, outcome, said, due_at)
            select u.name, u.topic, u.producer, u.consumer, u.replay, u.last, u.done,
                u.last_replay, u.state, u.attempts, u.outcome, u.said, nullif(u.due_at, 0)
            from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::int[], ?::int[], ?::int[], ?::int[], ?::text[], ?::bigint[])
                as u(name, topic, producer, consumer, replay, last, done, last_replay, state,
                    attempts, outcome, said, due_at)\
            """;

    static final String UPDATE_KEYS =
            """
            update outbox_key k set last_position = u.last, done_position = u.done,
                last_replay = u.last_replay, state = u.state, attempts = u.attempts,
                outcome = u.outcome, said = u.said, due_at = nullif(u.due_at, 0)
            from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::int[], ?::int[], ?::int[], ?::int[], ?::text[], ?::bigint[])
                as u(name, topic, producer, consumer, replay, last, done, last_replay, state,
                    attempts, outcome, said, due_at)
            where k.name = u.name and k.topic = u.topic and k.producer_slot = u.producer
                and k.consumer_slot = u.consumer and k.replay = u.replay\
            """;

    static final String INSERT_MESSAGES =
            """
            insert into outbox (name, topic, producer_slot, consumer_slot, replay, position, state,
                trace_head, trace_serial, sub, digest, payload, due_at, created_at, original,
                gray_label)
            select u.name, u.topic, u.producer, u.consumer, u.replay, u.position, 1, u.head,
                u.serial, u.sub, u.digest, u.payload, u.due_at, u.created_at, u.original,
                u.gray_label
            from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::bigint[], ?::int[], ?::bigint[], ?::bytea[], ?::bigint[],
                ?::bigint[], ?::bigint[], ?::text[])
                as u(name, topic, producer, consumer, replay, position, head, serial, sub, digest,
                    payload, due_at, created_at, original, gray_label)\
            """;

    static final String FINISH_MESSAGES =
            """
            update outbox o set state = u.state, finished_at = ?
            from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::int[])
                as u(name, topic, producer, consumer, replay, first, latest, state)
            where o.name = u.name and o.topic = u.topic and o.producer_slot = u.producer
                and o.consumer_slot = u.consumer and o.replay = u.replay
                and o.position between u.first and u.latest\
            """;

    static final String MARK_COLUMNS =
            "m.name, m.topic, m.producer_slot, m.consumer_slot, m.replay, m.mark, m.taken_at,"
                    + " m.skipped";

    static final String LOCK_MARKS =
            "select "
                    + MARK_COLUMNS
                    + " from "
                    + KEYS
                    + " join inbox_mark m on m.name = u.name and m.topic = u.topic"
                    + " and m.producer_slot = u.producer and m.consumer_slot = u.consumer"
                    + " and m.replay = u.replay order by 1, 2, 3, 4, 5 for update of m";

    static final String INSERT_MARKS =
            """
            insert into inbox_mark (name, topic, producer_slot, consumer_slot, replay, mark,
                taken_at, skipped)
            select * from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::bigint[])\
            """;

    static final String UPDATE_MARKS =
            """
            update inbox_mark m set mark = u.mark, taken_at = u.taken_at, skipped = u.skipped
            from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::bigint[],
                ?::bigint[], ?::bigint[])
                as u(name, topic, producer, consumer, replay, mark, taken_at, skipped)
            where m.name = u.name and m.topic = u.topic and m.producer_slot = u.producer
                and m.consumer_slot = u.consumer and m.replay = u.replay\
            """;

    /** The database's clock, milliseconds since 1970. */
    static final String NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    static final String ROW_COLUMNS =
            "o.name, o.topic, o.producer_slot, o.consumer_slot, o.replay, o.position, o.state,"
                    + " o.trace_head, o.trace_serial, o.sub, o.digest, o.payload, o.due_at,"
                    + " o.created_at, o.finished_at, o.original, o.gray_label";

    private MessagingSql() {}

    /** Sets the five parameters that name keys. */
    static void keys(Parameters parameters, List<MessageKey> keys) throws SQLException {
        parameters.add(keys.stream().map(MessageKey::name).toArray(String[]::new));
        parameters.add(keys.stream().map(MessageKey::topic).toArray(String[]::new));
        parameters.add(keys.stream().mapToInt(key -> key.producer().number()).toArray());
        parameters.add(keys.stream().mapToInt(key -> key.consumer().number()).toArray());
        parameters.add(keys.stream().mapToInt(MessageKey::replay).toArray());
    }

    /** Sets parameters 1 to 5, which name keys, outside a local commit. */
    static void keys(Connection connection, PreparedStatement statement, List<MessageKey> keys)
            throws SQLException {
        statement.setArray(1, array(connection, "text", keys, MessageKey::name));
        statement.setArray(2, array(connection, "text", keys, MessageKey::topic));
        statement.setArray(3, array(connection, "int4", keys, key -> key.producer().number()));
        statement.setArray(4, array(connection, "int4", keys, key -> key.consumer().number()));
        statement.setArray(5, array(connection, "int4", keys, MessageKey::replay));
    }

    private static Array array(
            Connection connection,
            String type,
            List<MessageKey> keys,
            Function<MessageKey, Object> column)
            throws SQLException {
        return connection.createArrayOf(type, keys.stream().map(column).toArray());
    }

    /** Reads a key from five columns, this the first. */
    static MessageKey key(ResultSet row, int first) throws SQLException {
        return new MessageKey(
                new Slot(row.getInt(first + 2)),
                new Slot(row.getInt(first + 3)),
                row.getString(first + 1),
                row.getString(first),
                row.getInt(first + 4));
    }

    static OutboxKey outboxKey(ResultSet row) throws SQLException {
        return new OutboxKey(
                key(row, 1),
                row.getLong(6),
                row.getLong(7),
                row.getInt(8),
                KeyState.ofNumber(row.getInt(9)),
                row.getInt(10),
                outcome(row.getInt(11), row.getString(12)),
                row.getLong(13));
    }

    /** Reads a message from {@link #ROW_COLUMNS}, this the first. */
    static OutboxRow message(ResultSet row, int first) throws SQLException {
        return new OutboxRow(
                key(row, first),
                row.getLong(first + 5),
                MessageState.ofNumber(row.getInt(first + 6)),
                new TraceNumber(row.getLong(first + 7), row.getLong(first + 8)),
                new SubNumber(row.getInt(first + 9)),
                row.getLong(first + 10),
                Payload.of(row.getBytes(first + 11)),
                row.getLong(first + 12),
                row.getLong(first + 13),
                row.getLong(first + 14),
                row.getLong(first + 15),
                label(row.getString(first + 16)));
    }

    static InboxMark mark(ResultSet row) throws SQLException {
        return new InboxMark(key(row, 1), row.getLong(6), row.getLong(7), row.getLong(8));
    }

    /** The message as a column holds it: nothing where it is empty, and no character it refuses. */
    static @Nullable String said(Outcome outcome) {
        String message = outcome.message();
        return message.isEmpty() ? null : message.replace('\0', '?');
    }

    /** Most messages have none, and those of older software never had. */
    private static String label(@Nullable String column) {
        return column == null ? "" : column;
    }

    private static Outcome outcome(int code, @Nullable String message) {
        return Outcome.of(OutcomeCode.ofNumber(code), message == null ? "" : message);
    }
}
