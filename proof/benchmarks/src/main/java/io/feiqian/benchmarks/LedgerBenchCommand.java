package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code feiqian bench ledger}. */
@Command(
        name = "ledger",
        description = {
            "Transfers in one database: grouped commits against one transaction per transfer.",
            "Starts a database of its own; takes about eight minutes."
        })
final class LedgerBenchCommand implements Callable<Integer> {
    @Mixin private CommonOptions common = new CommonOptions();

    @Mixin private BenchOptions bench = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        BenchReport.print(new LedgerBench(bench, BenchReport.progress(common)).run(), common);
        return ExitStatus.OK.code();
    }
}
