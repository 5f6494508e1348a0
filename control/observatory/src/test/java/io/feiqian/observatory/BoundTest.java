package io.feiqian.observatory;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.SettableClock;
import io.feiqian.storage.Migrations;
import io.feiqian.storage.TemporaryDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store keeps to its bound, drops the oldest first, and sheds rather than wait. */
@Timeout(120)
class BoundTest {
    private static final long BOUND = 64L << 20;
    private static final int BATCH = 5_000;

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T00:00:00Z"));
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private TemporaryDatabase database;
    private Writer writer;
    private long released;

    @BeforeEach
    void open() {
        database = TemporaryDatabase.create();
        Migrations.run(Writer.source(database.config()), List.of("observatory"));
        writer = writer();
    }

    @AfterEach
    void close() {
        writer.disconnect();
        database.close();
    }

    @Test
    void itNeverGrowsPastItsBoundAndTheNewestAreKept() throws SQLException {
        long most = 0;
        for (int i = 0; i < 60; i++) {
            writer.handle(List.of(Arrived.ofSpans(spans(i, BATCH), BATCH * 200L)));
            most = Math.max(most, bytes());
        }
        assertThat(most).isBetween(BOUND / 2, BOUND);
        assertThat(number("select count(*) from span")).isBetween(50_000L, 299_999L);
        assertThat(number("select min(started_at) from span")).isPositive();
        assertThat(number("select max(started_at) from span")).isEqualTo(59);
        assertThat(metrics.counter("feiqian.observatory.stored").count()).isEqualTo(300_000);
        assertThat(metrics.counter("feiqian.observatory.shed").count()).isZero();
    }

    @Test
    void whatIsOlderThanTheBoundOfAgeIsDroppedWhole() throws SQLException {
        writer.handle(both(1));
        clock.advance(Duration.ofHours(23));
        writer.handle(both(2));
        assertThat(number("select count(*) from span")).isEqualTo(20);
        assertThat(number("select count(*) from metric")).isEqualTo(20);

        clock.advance(Duration.ofHours(2));
        writer.handle(both(3));

        assertThat(number("select min(started_at) from span")).isEqualTo(2);
        assertThat(number("select min(at) from metric")).isEqualTo(2);
        assertThat(number("select count(distinct minute) from call_minute")).isEqualTo(2);
    }

    @Test
    void valuesOfMetersKeepToTheSameBound() throws SQLException {
        long most = 0;
        for (int i = 0; i < 60; i++) {
            writer.handle(List.of(Arrived.ofPoints(points(i, 2 * BATCH), 0, BATCH * 200L)));
            most = Math.max(most, bytes());
        }
        assertThat(most).isBetween(BOUND / 2, BOUND);
        assertThat(number("select count(*) from metric")).isBetween(100_000L, 599_999L);
        assertThat(number("select min(at) from metric")).isPositive();
        assertThat(number("select max(at) from metric")).isEqualTo(59);
    }

    @Test
    void whatAnEarlierVersionKeptGoesOnWithMeters() throws SQLException {
        writer.handle(List.of(Arrived.ofSpans(spans(1, 10), 2_000)));
        writer.disconnect();
        run("drop table metric; delete from schema_history_observatory where version = '2'");

        Migrations.run(Writer.source(database.config()), List.of("observatory"));
        writer.handle(both(2));

        assertThat(number("select count(*) from block")).isEqualTo(1);
        assertThat(number("select count(*) from span")).isEqualTo(20);
        assertThat(number("select count(*) from metric")).isEqualTo(10);
    }

    @Test
    void aBlockThatTheEarlierVersionBeganMeanwhileIsLeftAloneAndDropped() throws SQLException {
        writer.handle(both(1));
        writer.disconnect();
        run("drop table metric_1");

        writer.handle(both(2));
        assertThat(number("select count(*) from span")).isEqualTo(20);
        assertThat(number("select count(*) from metric")).isEqualTo(10);
        assertThat(number("select count(*) from block")).isEqualTo(2);

        clock.advance(Duration.ofHours(25));
        writer.handle(both(3));
        assertThat(number("select min(started_at) from span")).isEqualTo(2);
    }

    @Test
    void differentNamesAreToldApartUpToABoundOnly() throws SQLException {
        List<SpanRecord> spans = new ArrayList<>();
        for (int i = 0; i < CallCounts.MOST + 500; i++) {
            spans.add(span(1, "name " + i));
        }
        writer.handle(List.of(Arrived.ofSpans(spans, 500_000)));

        assertThat(number("select count(*) from call_minute")).isEqualTo(CallCounts.MOST + 1);
        assertThat(number("select sum(calls)::bigint from call_minute"))
                .isEqualTo(CallCounts.MOST + 500);
    }

    @Test
    void aDatabaseThatRefusesShedsAndNobodyWaitsAndItGoesOnAfterwards() throws SQLException {
        run("alter table span rename to hidden");
        writer.handle(List.of(Arrived.ofSpans(spans(1, 10), 2_000)));
        assertThat(metrics.counter("feiqian.observatory.shed").count()).isEqualTo(10);
        assertThat(released).as("its room is free again").isEqualTo(2_000);

        run("alter table hidden rename to span");
        writer.handle(List.of(Arrived.ofSpans(spans(2, 10), 2_000)));
        assertThat(number("select count(*) from span where started_at = 2")).isEqualTo(10);
    }

    @Test
    void anotherProcessGoesOnWhereTheFirstEnded() throws SQLException {
        writer.handle(List.of(Arrived.ofSpans(spans(1, 10), 2_000)));
        Writer second = writer();
        second.handle(List.of(Arrived.ofSpans(spans(2, 10), 2_000)));
        second.disconnect();

        assertThat(number("select count(*) from span")).isEqualTo(20);
        assertThat(number("select count(*) from block")).isEqualTo(1);
    }

    private Writer writer() {
        return new Writer(
                new ObservatoryConfig("127.0.0.1", 0, database.config(), BOUND, Duration.ofDays(1)),
                clock,
                metrics,
                bytes -> released += bytes);
    }

    private static List<Arrived> both(long at) {
        return List.of(
                Arrived.ofSpans(spans(at, 10), 2_000), Arrived.ofPoints(points(at, 10), 0, 500));
    }

    private static List<MetricPoint> points(long at, int count) {
        return Collections.nCopies(
                count,
                new MetricPoint(
                        at,
                        0,
                        new Source("cell", "cell-1-1", "cell-1"),
                        "feiqian.rpc.server.count",
                        "method=feiqian.bank.Bank/Transfer, status=OK",
                        at));
    }

    private static List<SpanRecord> spans(long at, int count) {
        List<SpanRecord> spans = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            spans.add(span(at, "feiqian.bank.Bank/Transfer"));
        }
        return spans;
    }

    private static SpanRecord span(long at, String name) {
        return new SpanRecord(
                "4bf92f3577b34da6a3ce929d0e0e4736",
                1,
                0,
                at,
                1,
                SpanKind.SERVER,
                new Source("cell", "cell-1-1", "cell-1"),
                "",
                name,
                17,
                false,
                "ACCEPTED",
                "",
                "202601310042007000000000000000099",
                "");
    }

    private long bytes() throws SQLException {
        return number(
                "select sum(pg_total_relation_size(inhrelid))::bigint from pg_inherits"
                        + " where inhparent in ('span'::regclass, 'log_line'::regclass,"
                        + " 'call_minute'::regclass, 'metric'::regclass)");
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = Writer.source(database.config()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = Writer.source(database.config()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
