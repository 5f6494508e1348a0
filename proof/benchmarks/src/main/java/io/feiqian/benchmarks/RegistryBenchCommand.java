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
            "How long a change of one service takes to reach all who watch it, what it costs, and what a",
            "watcher and the registry keep in memory: with a tenth of the services, then with all. The",
            "registry (ZooKeeper, and etcd where this machine has it, package etcd-server) and the",
            "instances, which a few connections hold, are processes of their own. Each subscriber is the",
            "client that a service has, with a session of its own, all in this process. Exits with 1",
            "where 99 of 100 do not know within a second, or a change costs more among more services."
        })
final class RegistryBenchCommand implements Callable<Integer> {
    private static final String LINE =
            "%-10s %9s %10s %12s %8s %8s %8s %8s %15s %11s %11s %10s %7s%n";

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
        List<RegistryGoals> goals = new ArrayList<>();
        for (RegistryEngine.Kind kind : engines) {
            if (!kind.isThere()) {
                progress.printf("%s: not on this machine, not measured%n", kind);
                continue;
            }
            List<RegistryRow> mine = new ArrayList<>();
            try (RegistryEngine engine = RegistryEngine.start(kind);
                    RegistryBench bench =
                            new RegistryBench(engine, subscribers, changes, progress)) {
                mine.add(bench.at(Math.max(1, services / 10)));
                mine.add(bench.at(Math.max(1, services)));
            }
            rows.addAll(mine);
            goals.add(RegistryGoals.of(mine));
        }
        print(rows, goals);
        return goals.stream().allMatch(RegistryGoals::met)
                ? ExitStatus.OK.code()
                : ExitStatus.FAILED.code();
    }

    private void print(List<RegistryRow> rows, List<RegistryGoals> goals) {
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
                "client us/note",
                "registry us",
                "KB/watcher",
                "B/inst.",
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
                    "%,.1f".formatted(row.clientMicrosPerNotice()),
                    "%,.1f".formatted(row.registryMicrosPerNotice()),
                    "%,.1f".formatted(row.kilobytesPerSubscriber()),
                    "%,.0f".formatted(row.registryBytesPerInstance()),
                    row.missed());
        }
        goals.forEach(each -> out.println(each.text()));
    }
}
