package io.feiqian.benchmarks;

import io.feiqian.storage.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A database that a benchmark starts for itself, durable as a real one, with what it costs: bytes
 * of log written and processor time of all its processes.
 */
public final class BenchDatabase implements AutoCloseable {
    /** {@code USER_HZ}: what Linux counts processor time in, whatever the machine. */
    private static final long NANOS_PER_TICK = 10_000_000L;

    private static final int FIELD_PARENT = 1;
    private static final int FIELD_USER_TIME = 11;
    private static final int FIELD_LAST_TIME = 14;
    private static final int FIELD_LAST_OWN_TIME = 12;

    /** A database that has the machine to itself; checkpoints come when a round forces them. */
    private static final Map<String, String> ALONE =
            Map.of(
                    "shared_buffers", "512MB",
                    "wal_compression", "off",
                    "max_wal_size", "8GB",
                    "checkpoint_timeout", "30min");

    private final EmbeddedPostgres postgres;
    private final Connection connection;

    private BenchDatabase(EmbeddedPostgres postgres) throws SQLException {
        this.postgres = postgres;
        this.connection = connect("public");
    }

    /** Starts an empty one, gone when closed. */
    public static BenchDatabase start() throws SQLException {
        return start(Map.of());
    }

    /** Starts an empty one with these parameters besides, gone when closed. */
    static BenchDatabase start(Map<String, String> parameters) throws SQLException {
        Map<String, String> all = new HashMap<>(ALONE);
        all.putAll(parameters);
        return new BenchDatabase(EmbeddedPostgres.temporary(all));
    }

    /** The one number that a query answers. */
    long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The server. */
    public EmbeddedPostgres postgres() {
        return postgres;
    }

    /** A new connection whose unqualified names are of this schema. */
    public Connection connect(String schema) throws SQLException {
        return DriverManager.getConnection(url(schema), EmbeddedPostgres.USER, postgres.password());
    }

    /** The JDBC URL for a schema. */
    public String url(String schema) {
        return postgres.url() + "?currentSchema=" + schema;
    }

    /** Runs statements. */
    public void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Where the log ends, in bytes; grows with all that is written. */
    long walPosition() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Processor time that all processes of the server have used so far, also of ended ones. */
    Duration processorTime() {
        long server = postgres.pid();
        long ticks = 0;
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                ticks += ticks(each, server);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("/proc: cannot be read", unreadable);
        }
        return Duration.ofNanos(ticks * NANOS_PER_TICK);
    }

    /** A child's own time; the server's own and that of the children it has buried. */
    private static long ticks(Path process, long server) {
        String stat;
        try {
            stat = Files.readString(process.resolve("stat"));
        } catch (IOException ended) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        boolean isServer = process.getFileName().toString().equals(Long.toString(server));
        boolean isChild = Long.parseLong(fields[FIELD_PARENT]) == server;
        if (!isServer && !isChild) {
            return 0;
        }
        long ticks = 0;
        int last = isServer ? FIELD_LAST_TIME : FIELD_LAST_OWN_TIME;
        for (int i = FIELD_USER_TIME; i <= last; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // The server goes next, and takes its side with it.
        }
        postgres.close();
    }
}
