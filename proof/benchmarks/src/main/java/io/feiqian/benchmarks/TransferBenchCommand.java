package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian bench transfer}. */
@Command(
        name = "transfer",
        description = {
            "Atomic transfers between two cells: grouped commits against the same protocol without",
            "batching (naive), and two plain local transactions that are not atomic (two-local).",
            "Starts two databases of its own; takes about eight minutes."
        })
final class TransferBenchCommand implements Callable<Integer> {
    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Override
    public Integer call() throws Exception {
        TransferBench bench =
                new TransferBench(
                        Duration.ofSeconds(Math.max(1, seconds)), BenchReport.progress(common));
        BenchReport.print(bench.run(), common);
        return ExitStatus.OK.code();
    }
}
