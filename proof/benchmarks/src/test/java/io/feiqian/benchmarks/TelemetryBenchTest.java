package io.feiqian.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.benchmarks.TelemetryOptions.Case;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A short run of each case says what it measured, and nothing of it fails. */
@Timeout(300)
class TelemetryBenchTest {
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @Test
    void everyCaseIsMeasuredUnlessSomeAreNamed() {
        assertThat(Case.values()).allMatch(options()::wants);
        TelemetryOptions some =
                options("--case", "http,store", "--seconds", "7", "--spans", "9000");
        assertThat(Arrays.stream(Case.values()).filter(some::wants))
                .containsExactly(Case.http, Case.store);
        assertThat(some.round()).isEqualTo(Duration.ofSeconds(7));
        assertThat(some.spans()).isEqualTo(9_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"transfer", "http"})
    void whatIsObservedIsComparedWithTheSameUnobserved(String name) throws Exception {
        List<BenchRow> rows = run(name);
        assertThat(rows).extracting(BenchRow::variant).containsExactly("off", "on", "all");
        assertThat(rows).extracting(BenchRow::caseName).containsOnly(name);
        assertThat(rows)
                .allSatisfy(row -> {
                    assertThat(row.errors()).isZero();
                    assertThat(row.perSecond()).isPositive();
                    assertThat(row.cpuMicrosPerOp()).isPositive();
                });
        assertThat(progress.toString(StandardCharsets.UTF_8))
                .containsPattern("observatory: [1-9][0-9,]* (spans|records) stored, 0 shed");
    }

    @Test
    void theStoreTakesSpansAloneAndBesideTheLoadAndShedsNone() throws Exception {
        List<BenchRow> rows = run("store");
        assertThat(rows).extracting(BenchRow::variant).containsExactly("alone", "beside");
        assertThat(rows)
                .allSatisfy(row -> {
                    assertThat(row.errors()).isZero();
                    assertThat(row.perSecond()).isPositive();
                    assertThat(row.walBytesPerOp()).isPositive();
                });
    }

    @Test
    void everySearchOfThePagesEnds() throws Exception {
        List<BenchRow> rows = run("search");
        assertThat(rows)
                .extracting(BenchRow::variant)
                .contains("newest", "failed", "slow", "text", "number", "one trace")
                .contains("topology", "patterns", "line text");
        assertThat(rows)
                .allSatisfy(row -> {
                    assertThat(row.errors()).isZero();
                    assertThat(row.p50Micros()).isPositive();
                });
    }

    @Test
    void everyPageIsShownWithTwelveCellsAndAMonthOfAlarms() throws Exception {
        List<BenchRow> rows = run("pages");
        assertThat(rows)
                .extracting(BenchRow::variant)
                .contains(
                        "overview",
                        "transactions",
                        "journey",
                        "ledger",
                        "account",
                        "services",
                        "traces")
                .contains("one trace", "logs", "topology", "alarms", "alarm rules", "users");
        assertThat(rows).extracting(BenchRow::baseline).containsOnly("300 ms");
        assertThat(rows).allSatisfy(row -> assertThat(row.errors()).isZero());
    }

    private List<BenchRow> run(String name) throws Exception {
        PrintStream out = new PrintStream(progress, true, StandardCharsets.UTF_8);
        return new TelemetryBench(
                        options("--case", name, "--seconds", "1", "--spans", "20000"), out)
                .run();
    }

    private static TelemetryOptions options(String... arguments) {
        TelemetryOptions options = new TelemetryOptions();
        var _ = new CommandLine(options).parseArgs(arguments);
        return options;
    }
}
