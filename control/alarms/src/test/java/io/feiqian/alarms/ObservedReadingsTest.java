package io.feiqian.alarms;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What rules see of what an observatory keeps. */
@Timeout(60)
@Requirement("B6.4-f")
final class ObservedReadingsTest {
    /** The middle of a minute, so that the minutes of a window are known. */
    private static final long NOW = 1_772_442_030_000L;

    private final TemporaryDatabase database = TemporaryDatabase.create();
    private Observatory observatory;
    private ObservatoryReads reads;
    private ObservedReadings readings;

    @BeforeEach
    void start() {
        observatory =
                Observatory.start(
                        new ObservatoryConfig(
                                "127.0.0.1",
                                0,
                                database.config(),
                                128L * 1024 * 1024,
                                Duration.ofDays(7)),
                        Clock.system(),
                        new SimpleMeterRegistry());
        reads = new ObservatoryReads(database::config);
        readings = new ObservedReadings(reads, reads.metrics());
        run(
                "create table log_line_1 partition of log_line for values in (1)",
                "create table call_minute_1 partition of call_minute for values in (1)",
                "create table metric_1 partition of metric for values in (1)");
    }

    @AfterEach
    void stop() {
        reads.close();
        observatory.close();
        database.close();
    }

    @Test
    void aMetricHasAValueForEachProcessAndItsLabels() {
        metric("cell-1-1", "queue", "lane=new", 20, 3);
        metric("cell-1-1", "queue", "lane=new", 10, 7);
        metric("cell-1-1", "queue", "lane=old", 10, 1);
        metric("cell-2-1", "queue", "lane=new", 10, 2);
        metric("cell-2-1", "other", "", 10, 9);

        assertThat(values(rule(Signal.Kind.METRIC, "queue", "", "", Rule.Test.ABOVE)))
                .isEqualTo(
                        Map.of(
                                "cell-1-1 {lane=new}", 7.0,
                                "cell-1-1 {lane=old}", 1.0,
                                "cell-2-1 {lane=new}", 2.0));
        assertThat(values(rule(Signal.Kind.METRIC, "queue", "new", "cell-1-1", Rule.Test.ABOVE)))
                .isEqualTo(Map.of("cell-1-1 {lane=new}", 7.0));
    }

    @Test
    void aRateIsWhatACounterGrewByInASecond() {
        metric("cell-1-1", "calls", "", 50, 100);
        metric("cell-1-1", "calls", "", 30, 160);
        metric("cell-1-1", "calls", "", 10, 220);

        assertThat(values(rule(Signal.Kind.METRIC, "calls", "", "", Rule.Test.RATE_ABOVE)))
                .isEqualTo(Map.of("cell-1-1", 2.0));
    }

    @Test
    void whoWasHeardOfWithinTheHourAndNotInTheWindowIsSilent() {
        metric("cell-1-1", "process.uptime", "", 10, 1);
        metric("cell-2-1", "process.uptime", "", 600, 1);
        metric("cell-3-1", "process.uptime", "", 7_200, 1);
        Rule silent = rule(Signal.Kind.METRIC, "process.uptime", "", "", Rule.Test.ABSENT);

        assertThat(readings.read(silent, NOW))
                .extracting(Seen::object, Seen::present)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("cell-1-1", true),
                        org.assertj.core.groups.Tuple.tuple("cell-2-1", false),
                        org.assertj.core.groups.Tuple.tuple("nobody", true));
    }

    @Test
    void whereNobodyWasEverHeardOfThatIsSilence() {
        Rule silent = rule(Signal.Kind.METRIC, "process.uptime", "", "", Rule.Test.ABSENT);

        assertThat(readings.read(silent, NOW)).containsExactly(Seen.nothing("nobody"));
    }

    @Test
    void linesAreCountedByProcess() {
        line("cell-1-1", "ERROR", "some.Logger", "the disk is full", "");
        line("cell-1-1", "ERROR", "some.Logger", "the disk is full", "");
        line("cell-2-1", "WARN", "some.Logger", "the disk is full", "");
        line("gateway", "ERROR", "some.Logger", "something else", "");

        assertThat(values(rule(Signal.Kind.LOGS, "DISK", "ERROR", "", Rule.Test.ABOVE)))
                .isEqualTo(Map.of("cell-1-1", 2.0));
    }

    @Test
    void callsHaveRatesFailuresAndTimes() {
        calls("cell-1", "cell-2", 0, 90, 9, 900_000);
        calls("cell-1", "cell-2", 1, 30, 3, 300_000);
        calls("cell-1", "cell-3", 1, 5, 5, 5_000_000);
        calls("cell-1", "cell-2", 30, 1_000, 1_000, 1);

        assertThat(values(rule(Signal.Kind.CALLS, "PER_SECOND", "", "", Rule.Test.ABOVE)))
                .isEqualTo(Map.of("cell-1 → cell-2", 2.0, "cell-1 → cell-3", 5.0 / 60));
        assertThat(values(rule(Signal.Kind.CALLS, "FAILED_SHARE", "", "", Rule.Test.ABOVE)))
                .as("five calls say nothing")
                .isEqualTo(Map.of("cell-1 → cell-2", 0.1));
        assertThat(values(rule(Signal.Kind.CALLS, "MEAN_MILLIS", "cell-2", "", Rule.Test.ABOVE)))
                .isEqualTo(Map.of("cell-1 → cell-2", 10.0));
    }

    @Test
    void everyTransactionOfAnEventIsAnObjectOfItsOwn() {
        line("cell-1-1", "ERROR", "feiqian.alarm", "contradiction: of this", "17");
        line("cell-1-1", "ERROR", "feiqian.alarm", "contradiction: of this", "17");
        line("cell-1-1", "ERROR", "feiqian.alarm", "contradiction: of that", "18");
        line("cell-1-1", "WARN", "feiqian.alarm", "stuck: since long", "19");
        line("cell-1-1", "ERROR", "some.Logger", "contradiction of feiqian.alarm", "20");
        Rule critical = rule(Signal.Kind.EVENTS, "", "CRITICAL", "", Rule.Test.ABOVE);

        assertThat(values(critical))
                .isEqualTo(
                        Map.of(
                                "contradiction at cell-1-1, transaction 17", 2.0,
                                "contradiction at cell-1-1, transaction 18", 1.0));
        assertThat(readings.read(critical, NOW))
                .extracting(Seen::text)
                .contains("contradiction: of that");
    }

    private Map<String, Double> values(Rule rule) {
        return readings.read(rule, NOW).stream()
                .collect(Collectors.toMap(Seen::object, Seen::value));
    }

    private static Rule rule(
            Signal.Kind kind, String subject, String filter, String node, Rule.Test test) {
        return new Rule(
                1,
                "a rule",
                true,
                Severity.WARNING,
                new Signal(kind, subject, filter, node),
                test,
                0,
                Duration.ofMinutes(1),
                Duration.ZERO,
                List.of());
    }

    private void metric(String instance, String name, String labels, int secondsAgo, double value) {
        run(
                "insert into metric (at, began, service, instance, cell, name, labels, value, block)"
                        + " values (%d, 0, 'cell', '%s', '', '%s', '%s', %s, 1)"
                                .formatted(
                                        (NOW - secondsAgo * 1_000L) * 1_000,
                                        instance,
                                        name,
                                        labels,
                                        value));
    }

    private void line(String instance, String level, String logger, String text, String trace) {
        run(
                "insert into log_line values (%d, 0, 1, null, '%s', 'cell', '%s', '', '%s', '%s', '',"
                                .formatted((NOW - 10_000) * 1_000, level, instance, logger, text)
                        + " '%s')".formatted(trace));
    }

    private void calls(
            String cell, String target, int minutesAgo, int calls, int failures, long micros) {
        run(
                "insert into call_minute values (1, %d, 3, 'cell', '%s', '%s', 'x%d', %d, %d, %d, 0)"
                        .formatted(
                                NOW / 60_000 - minutesAgo,
                                cell,
                                target,
                                minutesAgo,
                                calls,
                                failures,
                                micros));
    }

    private void run(String... statements) {
        try (Connection connection =
                        DriverManager.getConnection(
                                database.config().url(),
                                database.config().user(),
                                database.config().password());
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }
}
