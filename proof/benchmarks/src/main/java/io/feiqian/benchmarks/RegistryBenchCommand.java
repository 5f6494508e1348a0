package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import io.feiqian.cli.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian bench registry}. */
@Command(
        name = "registry",
        description = {
            "How long a change of one service takes to reach all who watch it, what it costs and what",
            "a watcher keeps in memory, in a registry of a tenth of the services and in one of all.",
            "Starts registries of its own: ZooKeeper in this process, and etcd where this machine has",
            "it (package etcd-server)."
        })
final class RegistryBenchCommand implements Callable<Integer> {
    private static final String LINE = "%-10s %9s %10s %12s %8s %9s %9s %9s %14s %11s %7s%n";

    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            split = ",",
            description = "only these: zookeeper, etcd (default: both)")
    private List<RegistryEngine.Kind> engines = List.of(RegistryEngine.Kind.values());

    @Option(
            names = "--services",
            paramLabel = "N",
            description = "how many services of 40 instances (default: ${DEFAULT-VALUE})")
    private int services = 500;

    @Option(
            names = "--subscribers",
            paramLabel = "N",
            description =
                    "how many connections watch the service that changes (default:"
                            + " ${DEFAULT-VALUE})")
    private int subscribers = 2_000;

    @Option(
            names = "--changes",
            paramLabel = "N",
            description = "how many changes are measured (default: ${DEFAULT-VALUE})")
    private int changes = 20;

    @Override
    public Integer call() throws Exception {
        PrintStream progress = BenchReport.progress(common);
        List<RegistryRow> rows = new ArrayList<>();
        for (RegistryEngine.Kind kind : engines) {
            if (!kind.isThere()) {
                progress.printf("%s: not on this machine, not measured%n", kind);
                continue;
            }
            for (int size : List.of(Math.max(1, services / 10), Math.max(1, services))) {
                try (RegistryEngine engine = RegistryEngine.start(kind)) {
                    rows.add(new RegistryBench(engine, size, subscribers, changes, progress).run());
                }
            }
        }
        print(rows);
        return ExitStatus.OK.code();
    }

    private void print(List<RegistryRow> rows) {
        PrintStream out = common.out();
        if (common.json()) {
            out.println(Json.write(rows));
            return;
        }
        out.println();
        out.printf(
                LINE,
                "variant",
                "services",
                "instances",
                "subscribers",
                "changes",
                "p50 ms",
                "p99 ms",
                "most ms",
                "cpu us/notice",
                "KB/watcher",
                "missed");
        for (RegistryRow row : rows) {
            out.printf(
                    LINE,
                    row.variant(),
                    row.services(),
                    row.instances(),
                    row.subscribers(),
                    row.changes(),
                    "%,.1f".formatted(row.p50Millis()),
                    "%,.1f".formatted(row.p99Millis()),
                    "%,.1f".formatted(row.mostMillis()),
                    "%,.1f".formatted(row.cpuMicrosPerNotice()),
                    "%,.1f".formatted(row.kilobytesPerSubscriber()),
                    row.missed());
        }
    }
}
