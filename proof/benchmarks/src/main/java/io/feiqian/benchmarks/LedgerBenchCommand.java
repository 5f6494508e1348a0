package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian bench ledger}. */
@Command(
        name = "ledger",
        description = {
            "Transfers in one database: grouped commits against one transaction per transfer.",
            "Starts a database of its own; takes about eight minutes."
        })
final class LedgerBenchCommand implements Callable<Integer> {
    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Override
    public Integer call() throws Exception {
        LedgerBench bench =
                new LedgerBench(
                        Duration.ofSeconds(Math.max(1, seconds)), BenchReport.progress(common));
        BenchReport.print(bench.run(), common);
        return ExitStatus.OK.code();
    }
}
