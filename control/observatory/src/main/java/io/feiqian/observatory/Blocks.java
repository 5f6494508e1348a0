package io.feiqian.observatory;

import io.feiqian.runtime.Clock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of a store: which one is written, and which are dropped so that all of them together
 * stay within the bound. A block holds a sixteenth of it, by size and by age. One thread.
 */
final class Blocks {
    private static final int PARTS = 16;

    /** Sizes are asked for so often within a block, by the size of what was sent. */
    private static final int LOOKS = 8;

    private final long mostBytes;
    private final long longestMillis;
    private final Clock clock;
    private int current;
    private long openedAt;
    private long sinceLook;

    /** A block that there is; it is whole where it has a partition of every table. */
    private record Block(int number, long openedAt, long bytes, boolean whole) {}

    Blocks(ObservatoryConfig config, Clock clock) {
        this.mostBytes = config.mostBytes();
        this.longestMillis = config.longest().toMillis();
        this.clock = clock;
    }

    /** What was known of the database is not any more. */
    void forget() {
        current = 0;
    }

    /** The block to write so many bytes to; opens and drops as needed, in this transaction. */
    int toWrite(Connection connection, long bytes) throws SQLException {
        long now = clock.now().toEpochMilli();
        sinceLook += bytes;
        boolean old = now - openedAt > longestMillis / PARTS;
        if (current == 0 || old || sinceLook > mostBytes / PARTS / LOOKS) {
            look(connection, now);
            sinceLook = bytes;
        }
        return current;
    }

    private void look(Connection connection, long now) throws SQLException {
        List<Block> blocks = read(connection);
        boolean needed =
                blocks.isEmpty()
                        || !blocks.getLast().whole()
                        || blocks.getLast().bytes() > mostBytes / PARTS
                        || now - blocks.getLast().openedAt() > longestMillis / PARTS;
        long total = blocks.stream().mapToLong(Block::bytes).sum();
        for (Block oldest : blocks.subList(0, Math.max(0, blocks.size() - 1))) {
            // Room for the newest one to fill up.
            if (total + mostBytes / PARTS <= mostBytes
                    && now - oldest.openedAt() <= longestMillis) {
                break;
            }
            drop(connection, oldest.number());
            total -= oldest.bytes();
        }
        if (needed) {
            current = blocks.isEmpty() ? 1 : blocks.getLast().number() + 1;
            openedAt = now;
            open(connection, current, now);
        } else {
            current = blocks.getLast().number();
            openedAt = blocks.getLast().openedAt();
        }
    }

    private static List<Block> read(Connection connection) throws SQLException {
        List<Block> blocks = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                select number, opened_at,
                                    pg_total_relation_size(('span_' || number)::regclass)
                                        + pg_total_relation_size(('log_line_' || number)::regclass)
                                        + pg_total_relation_size(('call_minute_' || number)::regclass)
                                        + coalesce(pg_total_relation_size(to_regclass('metric_' || number)), 0),
                                    to_regclass('metric_' || number) is not null
                                from block order by number\
                                """)) {
            while (rows.next()) {
                blocks.add(
                        new Block(
                                rows.getInt(1),
                                rows.getLong(2),
                                rows.getLong(3),
                                rows.getBoolean(4)));
            }
        }
        return blocks;
    }

    private static void open(Connection connection, int number, long now) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    create table span_%1$d partition of span for values in (%1$d);
                    create table log_line_%1$d partition of log_line for values in (%1$d);
                    create table call_minute_%1$d partition of call_minute for values in (%1$d);
                    create table metric_%1$d partition of metric for values in (%1$d);
                    insert into block (number, opened_at) values (%1$d, %2$d)\
                    """
                            .formatted(number, now));
        }
    }

    private static void drop(Connection connection, int number) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    drop table span_%1$d, log_line_%1$d, call_minute_%1$d;
                    drop table if exists metric_%1$d;
                    delete from block where number = %1$d\
                    """
                            .formatted(number));
        }
    }
}
