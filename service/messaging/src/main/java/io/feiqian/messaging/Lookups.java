package io.feiqian.messaging;

import io.feiqian.messaging.spi.OutboxReader;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Reads what keys have to deliver, those of many keys in one statement: while one is under way,
 * others gather. Runs on virtual threads. Thread-safe.
 */
final class Lookups implements OutboxReader {
    /** With the window's payloads at their largest, this bounds the memory of one statement. */
    private static final int MOST_KEYS = 64;

    private static final String NEXT_MESSAGES =
            "select "
                    + MessagingSql.KEY_COLUMNS
                    + ", "
                    + MessagingSql.NOW
                    + ", "
                    + MessagingSql.ROW_COLUMNS
                    + " from unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[],"
                    + " ?::bigint[]) as u(name, topic, producer, consumer, replay, after)"
                    + " join outbox_key k on k.name = u.name and k.topic = u.topic"
                    + " and k.producer_slot = u.producer and k.consumer_slot = u.consumer"
                    + " and k.replay = u.replay"
                    + " left join lateral (select * from outbox r where r.name = k.name"
                    + " and r.topic = k.topic and r.producer_slot = k.producer_slot"
                    + " and r.consumer_slot = k.consumer_slot and r.replay = k.replay"
                    + " and r.position > greatest(k.done_position, u.after) and r.state = 1"
                    + " order by r.position limit ?) o on true"
                    + " order by 1, 2, 3, 4, 5, o.position";

    private static final int CLOCK_COLUMN = 14;
    private static final int FIRST_OF_MESSAGE = 15;

    /**
     * What is wanted.
     *
     * @param key the key
     * @param after only messages beyond this number
     * @param found who gets it
     */
    private record Wanted(MessageKey key, long after, Consumer<RelayEvent> found) {}

    private record Seen(OutboxKey key, List<OutboxRow> rows) {}

    private final MessagingHost host;
    private final Queue<Wanted> waiting = new ArrayDeque<>();
    private boolean running;

    Lookups(MessagingHost host) {
        this.host = host;
    }

    @Override
    public void read(MessageKey key, long after, int window, Consumer<RelayEvent> found) {
        add(new Wanted(key, after, found));
    }

    private void add(Wanted wanted) {
        synchronized (this) {
            waiting.add(wanted);
            if (running) {
                return;
            }
            running = true;
        }
        Thread.ofVirtual().name("message-lookups").start(this::runAll);
    }

    private void runAll() {
        List<Wanted> batch = next();
        while (!batch.isEmpty()) {
            run(batch);
            batch = next();
        }
    }

    private synchronized List<Wanted> next() {
        List<Wanted> batch = new ArrayList<>();
        while (batch.size() < MOST_KEYS && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        running = !batch.isEmpty();
        return batch;
    }

    private void run(List<Wanted> batch) {
        if (host.isClosed()) {
            return;
        }
        Map<MessageKey, Seen> seen = new HashMap<>();
        long[] now = new long[1];
        try (Connection connection = host.database.getConnection();
                PreparedStatement select = connection.prepareStatement(NEXT_MESSAGES)) {
            List<MessageKey> keys = batch.stream().map(Wanted::key).toList();
            MessagingSql.keys(connection, select, keys);
            select.setArray(
                    6, array(connection, "int8", batch.stream().map(Wanted::after).toArray()));
            select.setInt(7, host.settings.window());
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    now[0] = row.getLong(CLOCK_COLUMN);
                    OutboxKey key = MessagingSql.outboxKey(row);
                    Seen one =
                            seen.computeIfAbsent(key.key(), _ -> new Seen(key, new ArrayList<>()));
                    row.getLong(FIRST_OF_MESSAGE + 5);
                    if (!row.wasNull()) {
                        one.rows().add(MessagingSql.message(row, FIRST_OF_MESSAGE));
                    }
                }
            }
        } catch (SQLException | RuntimeException failed) {
            host.fault("looking for what is to be delivered", failed);
            batch.forEach(each -> tell(each, new RelayEvent.Unreadable()));
            return;
        }
        for (Wanted each : batch) {
            Optional<Seen> one = Optional.ofNullable(seen.get(each.key()));
            tell(
                    each,
                    new RelayEvent.Found(
                            one.map(Seen::key), one.map(Seen::rows).orElse(List.of()), now[0]));
        }
    }

    /** A fault of one key's delivery is not the others'. */
    private void tell(Wanted wanted, RelayEvent event) {
        try {
            wanted.found().accept(event);
        } catch (RuntimeException fault) {
            host.fault("delivering " + wanted.key(), fault);
        }
    }

    private static Array array(Connection connection, String type, Object[] values)
            throws SQLException {
        return connection.createArrayOf(type, values);
    }
}
