package io.feiqian.observatory;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.storage.DatabaseConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what arrived: a transaction for all that waits. Where the database refuses or does not
 * answer, it tries once more over a new connection, and then sheds what it holds: telemetry is not
 * worth waiting for. One thread.
 */
final class Writer implements MicroBatcher.Handler<Arrived> {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int TRIES = 2;
    private static final int LOGIN_SECONDS = 5;
    private static final int SILENCE_SECONDS = 20;

    private static final String SPAN_COLUMNS =
            "(started_at, duration, span_id, parent_id, trace_id, block, kind, slot, failed,"
                    + " service, instance, cell, target, name, outcome, message, trace_number,"
                    + " notes)";

    private static final String LINE_COLUMNS =
            "(logged_at, span_id, block, trace_id, level, service, instance, cell, logger, message,"
                    + " exception, trace_number)";

    private static final String POINT_COLUMNS =
            "(at, began, value, block, service, instance, cell, name, labels)";

    private final PGSimpleDataSource source;
    private final Clock clock;
    private final Blocks blocks;
    private final CallCounts counts = new CallCounts();
    private final LongConsumer released;
    private final Counter stored;
    private final Counter shed;
    private @Nullable Connection connection;
    private boolean failing;

    /**
     * A writer.
     *
     * @param released told of the bytes of requests that are done with
     */
    Writer(ObservatoryConfig config, Clock clock, MeterRegistry metrics, LongConsumer released) {
        this.released = released;
        this.source = source(config.database());
        this.clock = clock;
        this.blocks = new Blocks(config, clock);
        this.stored = metrics.counter("feiqian.observatory.stored");
        this.shed = metrics.counter("feiqian.observatory.shed");
    }

    static PGSimpleDataSource source(DatabaseConfig database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser(database.user());
        source.setPassword(database.password());
        source.setApplicationName("observatory");
        source.setConnectTimeout(LOGIN_SECONDS);
        source.setLoginTimeout(LOGIN_SECONDS);
        source.setSocketTimeout(SILENCE_SECONDS);
        return source;
    }

    /** Counts what found no room. */
    void shed(int records) {
        shed.increment(records);
    }

    @Override
    public void handle(List<Arrived> batch) {
        keep(batch);
        released.accept(bytes(batch));
    }

    private void keep(List<Arrived> batch) {
        int size = batch.stream().mapToInt(Arrived::size).sum();
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            try {
                write(batch);
                stored.increment(size);
                if (failing) {
                    LOG.info("the database takes what is observed again");
                    failing = false;
                }
                return;
            } catch (SQLException | IOException failed) {
                disconnect();
                if (attempt == TRIES) {
                    shed.increment(size);
                    complain(failed);
                }
            }
        }
    }

    @Override
    public void onFault(List<Arrived> batch, Throwable fault) {
        disconnect();
        shed.increment(batch.stream().mapToInt(Arrived::size).sum());
        complain(fault);
        released.accept(bytes(batch));
    }

    private static long bytes(List<Arrived> batch) {
        return batch.stream().mapToLong(Arrived::bytes).sum();
    }

    /** Once for as long as it lasts. */
    private void complain(Throwable fault) {
        if (!failing) {
            LOG.warn("what is observed is shed: the database does not take it", fault);
            failing = true;
        }
    }

    private void write(List<Arrived> batch) throws SQLException, IOException {
        List<SpanRecord> spans = all(batch, Arrived::spans);
        Connection open = connect();
        int block = blocks.toWrite(open, bytes(batch));
        CopyText spanRows = new CopyText();
        spans.forEach(span -> row(spanRows, span, block));
        copy(open, "span_" + block + " " + SPAN_COLUMNS, spanRows);
        CopyText lineRows = new CopyText();
        all(batch, Arrived::lines).forEach(line -> row(lineRows, line, block));
        copy(open, "log_line_" + block + " " + LINE_COLUMNS, lineRows);
        CopyText pointRows = new CopyText();
        all(batch, Arrived::points).forEach(point -> row(pointRows, point, block));
        copy(open, "metric_" + block + " " + POINT_COLUMNS, pointRows);
        counts.add(open, spans, block, clock.now().toEpochMilli());
        open.commit();
    }

    private static <T> List<T> all(List<Arrived> batch, Function<Arrived, List<T>> of) {
        return batch.stream().map(of).flatMap(List::stream).toList();
    }

    private static void copy(Connection open, String into, CopyText rows)
            throws SQLException, IOException {
        if (!rows.isEmpty()) {
            var _ =
                    open.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn(
                                    "copy " + into + " from stdin",
                                    new ByteArrayInputStream(rows.bytes()));
        }
    }

    private static void row(CopyText rows, SpanRecord span, int block) {
        rows.add(span.startedMicros())
                .add(span.durationMicros())
                .add(span.id())
                .add(span.parent())
                .add(span.traceId())
                .add(block)
                .add(span.kind().number())
                .add(span.slot())
                .add(span.failed())
                .add(span.from().service())
                .add(span.from().instance())
                .add(span.from().cell())
                .add(span.target())
                .add(span.name())
                .add(span.outcome())
                .add(span.message())
                .add(span.traceNumber())
                .add(span.notes())
                .endRow();
    }

    private static void row(CopyText rows, LogLine line, int block) {
        rows.add(line.atMicros()).add(line.span()).add(block);
        if (line.traceId().isEmpty()) {
            rows.addNull();
        } else {
            rows.add(line.traceId());
        }
        rows.add(line.level())
                .add(line.from().service())
                .add(line.from().instance())
                .add(line.from().cell())
                .add(line.logger())
                .add(line.message())
                .add(line.exception())
                .add(line.traceNumber())
                .endRow();
    }

    private static void row(CopyText rows, MetricPoint point, int block) {
        rows.add(point.atMicros())
                .add(point.beganMicros())
                .add(point.value())
                .add(block)
                .add(point.from().service())
                .add(point.from().instance())
                .add(point.from().cell())
                .add(point.name())
                .add(point.labels())
                .endRow();
    }

    private Connection connect() throws SQLException {
        Connection open = connection;
        if (open != null) {
            return open;
        }
        blocks.forget();
        open = source.getConnection();
        try (Statement statement = open.createStatement()) {
            // What a crash takes from the end of a trace is no loss; a flush for each batch would
            // be.
            statement.execute("set synchronous_commit = off; set lock_timeout = '5s'");
        }
        open.setAutoCommit(false);
        connection = open;
        return open;
    }

    void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException gone) {
                LOG.debug("the connection was gone already", gone);
            }
        }
    }
}
