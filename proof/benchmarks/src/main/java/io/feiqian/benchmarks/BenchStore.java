package io.feiqian.benchmarks;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * An observatory in a process of its own with an embedded database, both as {@code dev} starts
 * them. For one thread, except {@link #counts}.
 */
final class BenchStore implements AutoCloseable {
    /** What {@code dev} starts observatories with. */
    private static final List<String> FLAGS =
            List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** What embedded databases have unless told otherwise. */
    private static final Map<String, String> AS_DEV =
            Map.of(
                    "shared_buffers", "128MB",
                    "wal_compression", "on",
                    "max_wal_size", "2GB",
                    "checkpoint_timeout", "15min");

    private static final long LEAST_BOUND = 4L << 30;
    private static final long BOUND_OF_A_SPAN = 2_000;

    private final BenchDatabase database;
    private final BenchPart observatory;

    private BenchStore(BenchDatabase database, BenchPart observatory) {
        this.database = database;
        this.observatory = observatory;
    }

    /** Starts an empty one with room for at least so many spans; gone when closed. */
    static BenchStore start(long spans) throws SQLException {
        BenchDatabase database = BenchDatabase.start(AS_DEV);
        try {
            return new BenchStore(
                    database,
                    new BenchPart(
                            FLAGS,
                            List.of(
                                    "observatory",
                                    "--database",
                                    database.postgres().url(),
                                    "--most-bytes",
                                    Long.toString(Math.max(LEAST_BOUND, spans * BOUND_OF_A_SPAN))),
                            database.postgres().password()));
        } catch (RuntimeException failed) {
            database.close();
            throw failed;
        }
    }

    BenchDatabase database() {
        return database;
    }

    /** Where it receives. */
    int port() {
        return observatory.port();
    }

    /** What became of what it was sent so far; by any thread. */
    synchronized StoreCounts counts() {
        return StoreCounts.parse(observatory.ask("counts"));
    }

    /** Processor time of the observatory and its database so far, nanoseconds. */
    double processorNanos() {
        return observatory.processorTime().toNanos() + database.processorTime().toNanos();
    }

    @Override
    public void close() {
        observatory.close();
        database.close();
    }
}
