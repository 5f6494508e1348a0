package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code feiqian bench gateway}. */
@Command(
        name = "gateway",
        description = {
            "What a proxy costs in front of the same servers (nginx, 512 bytes an answer) under the same",
            "load (wrk, 64 connections): the gateway with balancing, health checks, limits, metrics and",
            "access log, against HAProxy (the baseline, without an access log; haproxy-full writes one,",
            "and splices over layer 4, where the cheaper of the two is the baseline), nginx and Spring Cloud Gateway. Cases: http; http-cell, which",
            "sends JSON, and ours finds the cell by a field of it, the others pass it on; tcp, large",
            "answers and new connections over layer 4. The processor time is that of the proxy's process.",
            "Needs the Debian packages wrk, nginx-light, libnginx-mod-stream and haproxy. Exits with 1",
            "where what is asked for is not reached. Takes about a quarter of an hour."
        })
final class GatewayBenchCommand implements Callable<Integer> {
    private static final String LINE = "%-12s %7s %-21s %12s %10s %10s %14s %8s %9s %7s %7s%n";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private CommonOptions common = new CommonOptions();

    @Mixin private ProxyOptions options = new ProxyOptions();

    @Override
    public Integer call() throws Exception {
        List<GatewayVariant> variants =
                List.of(
                        HaproxyVariant.PLAIN,
                        new FeiqianVariant(),
                        HaproxyVariant.FULL,
                        new NginxVariant(),
                        new SpringGatewayVariant());
        List<String> unknown =
                options.unknown(variants.stream().map(GatewayVariant::text).toList());
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), unknown + " (expected: what --help names)");
        }
        List<String> missing =
                Stream.of(Program.WRK, Program.NGINX, Program.HAPROXY)
                        .map(Program::missing)
                        .flatMap(Optional::stream)
                        .toList();
        if (!missing.isEmpty()) {
            missing.forEach(each -> spec.commandLine().getErr().println("bench gateway: " + each));
            return ExitStatus.MISSING_PEER.code();
        }
        List<ProxyRow> rows = new ArrayList<>();
        List<ProxyGoals> goals = new ArrayList<>();
        try (ProxyBench bench = new ProxyBench(options, variants, BenchReport.progress(common))) {
            for (ProxyCase of : ProxyCase.values()) {
                if (!options.wants(of)) {
                    continue;
                }
                for (int backends : options.backends(of)) {
                    List<ProxyRow> mine = bench.run(of, backends);
                    rows.addAll(mine);
                    goals.addAll(ProxyGoals.of(of, mine));
                }
            }
        }
        print(rows, goals);
        return status(rows, goals).code();
    }

    /** Without the gateway itself there is nothing to judge, unless it was left out by wish. */
    private ExitStatus status(List<ProxyRow> rows, List<ProxyGoals> goals) {
        if (goals.isEmpty() && options.wants(new FeiqianVariant())) {
            return ExitStatus.MISSING_PEER;
        }
        boolean met = goals.stream().allMatch(each -> each.met() || !each.must());
        boolean right = rows.stream().allMatch(each -> each.perSecond() > 0);
        return met && right ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private void print(List<ProxyRow> rows, List<ProxyGoals> goals) {
        PrintStream out = common.out();
        if (common.json()) {
            out.println(Json.write(rows));
            return;
        }
        out.println();
        out.printf(
                LINE,
                "case",
                "servers",
                "variant",
                "a second",
                "p50 us",
                "p99 us",
                "cpu us each",
                "most MB",
                "pause ms",
                "errors",
                "ratio");
        for (ProxyRow row : rows) {
            out.printf(
                    LINE,
                    row.caseName(),
                    row.backends(),
                    row.variant(),
                    (row.unit().equals("GB") ? "%,.2f" : "%,.0f").formatted(row.perSecond()),
                    "%,.0f".formatted(row.p50Micros()),
                    "%,.0f".formatted(row.p99Micros()),
                    "%,.1f".formatted(row.cpuMicrosPerUnit()),
                    "%,.0f".formatted(row.mostMegabytes()),
                    "%.1f".formatted(row.longestPauseMillis()),
                    row.errors(),
                    "%.2f".formatted(row.ratio()));
        }
        out.println(
                "each: a request, a GB or a connection; ratio: processor time of haproxy for each over"
                        + " this one's, above 1 is cheaper; in cases tcp that of haproxy or of"
                        + " haproxy-full, whichever is less");
        goals.forEach(each -> out.println(each.line()));
    }
}
