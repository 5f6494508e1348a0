package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

    @Mixin private BenchOptions bench = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        BenchReport.print(new TransferBench(bench, BenchReport.progress(common)).run(), common);
        return ExitStatus.OK.code();
    }
}
