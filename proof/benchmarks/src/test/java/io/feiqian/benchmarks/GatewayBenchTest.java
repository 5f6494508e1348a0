package io.feiqian.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.proxy.ListenerConfig.Protocol;
import io.feiqian.proxy.ProxyConfig;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** A short run of {@code bench gateway} with the programs that are there, and its verdict. */
@Timeout(180)
class GatewayBenchTest {
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @Test
    void proxiesAreMeasuredInEveryCase() throws Exception {
        List<String> missing =
                Stream.of(Program.WRK, Program.NGINX, Program.NGINX_STREAM, Program.HAPROXY)
                        .map(Program::missing)
                        .flatMap(Optional::stream)
                        .toList();
        assumeTrue(missing.isEmpty(), () -> "not tried: " + missing);
        ProxyOptions options = new ProxyOptions();
        var _ =
                new CommandLine(options)
                        .parseArgs("--seconds", "1", "--rounds", "1", "--backends", "2");
        List<GatewayVariant> variants = List.of(HaproxyVariant.values());
        List<GatewayVariant> all =
                Stream.concat(variants.stream(), Stream.of(new NginxVariant())).toList();
        try (ProxyBench bench = new ProxyBench(options, all, NOWHERE)) {
            for (ProxyCase of : ProxyCase.values()) {
                List<ProxyRow> rows = bench.run(of, 2);
                assertThat(rows)
                        .extracting(ProxyRow::variant)
                        .containsExactly("haproxy", "haproxy-full", "nginx");
                assertThat(rows)
                        .filteredOn(row -> row.variant().equals(row.baseline()))
                        .singleElement()
                        .satisfies(row -> {
                            assertThat(row.variant()).startsWith("haproxy");
                            assertThat(row.ratio()).isEqualTo(1);
                        });
                assertThat(rows)
                        .allSatisfy(row -> {
                            assertThat(row.errors()).isZero();
                            assertThat(row.perSecond()).isPositive();
                            assertThat(row.cpuMicrosPerUnit()).isPositive();
                            assertThat(row.mostMegabytes()).isPositive();
                            assertThat(row.p99Micros()).isGreaterThanOrEqualTo(row.p50Micros());
                        });
            }
        }
    }

    @Test
    void theDocumentOfEveryCaseIsOneThatTheGatewayTakes() {
        for (ProxyCase of : ProxyCase.values()) {
            ProxyConfig config =
                    ProxyConfig.type()
                            .parse(
                                    GatewayDocument.of(
                                            new GatewayVariant.Plan(
                                                    of, List.of(9_001, 9_002), 2, Path.of("/x")),
                                            9_000));
            assertThat(config.listeners().getFirst().protocol())
                    .isEqualTo(of.layer7() ? Protocol.HTTP : Protocol.TCP);
            assertThat(config.pools().getFirst().backends()).hasSize(2);
            assertThat(config.pools().getFirst().health()).isPresent();
            assertThat(config.accessLog().file().isPresent()).isEqualTo(of.layer7());
            assertThat(config.routes().stream().anyMatch(each -> each.cell().isPresent()))
                    .isEqualTo(of == ProxyCase.HTTP_CELL);
        }
    }

    @Test
    void theVerdictIsByWhatIsAsked() {
        assertThat(isMet(ProxyCase.HTTP, 0.71, 150, 255, 9, 0)).isTrue();
        assertThat(isMet(ProxyCase.HTTP, 0.70, 100, 100, 1, 0)).isFalse();
        assertThat(isMet(ProxyCase.HTTP_CELL, 0.56, 100, 100, 1, 0)).isTrue();
        assertThat(isMet(ProxyCase.HTTP_CELL, 0.55, 100, 100, 1, 0)).isFalse();
        assertThat(isMet(ProxyCase.TCP_BULK, 1.25, 900, 100, 1, 0)).isTrue();
        assertThat(isMet(ProxyCase.TCP_BULK, 1.24, 100, 100, 1, 0)).isFalse();
        assertThat(isMet(ProxyCase.TCP_CONNECT, 0.50, 100, 100, 1, 0)).isTrue();
        assertThat(isMet(ProxyCase.TCP_CONNECT, 0.49, 100, 100, 1, 0)).isFalse();
        assertThat(isMet(ProxyCase.HTTP, 1, 151, 100, 1, 0)).isFalse();
        assertThat(isMet(ProxyCase.HTTP, 1, 100, 257, 1, 0)).isFalse();
        assertThat(isMet(ProxyCase.HTTP, 1, 100, 100, 10.1, 0)).isFalse();
        assertThat(isMet(ProxyCase.HTTP, 1, 100, 100, 1, 1)).isFalse();
        assertThat(ProxyGoals.of(ProxyCase.HTTP, List.of(row("haproxy", 1, 100, 9, 0, 0))))
                .isEmpty();
        assertThat(goals(ProxyCase.HTTP, 0.9, 100, 100, 1, 0))
                .filteredOn(each -> !each.met())
                .extracting(ProxyGoals::line)
                .containsExactly(
                        "not met  http, 1 behind: processor a request, the baseline's over ours:"
                                + " 0.90 (goal: at least 1.00)");
    }

    @Test
    void pausesAreReadFromWhatTheCollectorWrites() {
        assertThat(
                        ProxyProcess.longestPause(
                                List.of(
                                        "[0.9s][info][gc] Using Serial",
                                        "[1.1s][info][gc] GC(0) Pause Young (Allocation Failure)"
                                                + " 20M->7M(61M) 1.344ms",
                                        "[1.2s][info][gc] GC(1) Concurrent Mark Cycle 7.123ms",
                                        "[1.4s][info][gc] GC(2) Pause Full (Metadata GC Threshold)"
                                                + " 34M->15M(89M) 6.248ms")))
                .isEqualTo(6.248);
        assertThat(ProxyProcess.longestPause(List.of())).isZero();
    }

    private static boolean isMet(
            ProxyCase of, double ratio, double p99, double megabytes, double pause, long errors) {
        return goals(of, ratio, p99, megabytes, pause, errors).stream()
                .allMatch(each -> each.met() || !each.must());
    }

    private static List<ProxyGoals> goals(
            ProxyCase of, double ratio, double p99, double megabytes, double pause, long errors) {
        return ProxyGoals.of(
                of,
                List.of(
                        row("haproxy", 1, 100, 9, 0, 0),
                        row("feiqian", ratio, p99, megabytes, pause, errors)));
    }

    private static ProxyRow row(
            String variant, double ratio, double p99, double megabytes, double pause, long errors) {
        return new ProxyRow(
                "http", 1, variant, 64, "request", 1, 1, p99, 10, megabytes, pause, errors,
                "haproxy", ratio);
    }
}
