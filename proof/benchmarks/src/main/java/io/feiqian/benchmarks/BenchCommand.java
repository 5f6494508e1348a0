package io.feiqian.benchmarks;

import io.feiqian.cli.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code feiqian bench}: the benchmarks. */
@Command(
        name = "bench",
        description = "Measures ratios between ways to do the same work, in one run.",
        subcommands = {
            LedgerBenchCommand.class,
            TransferBenchCommand.class,
            TransactionBenchCommand.class,
            TelemetryBenchCommand.class,
            RpcBenchCommand.class,
            RegistryBenchCommand.class,
            GatewayBenchCommand.class,
            PartCommand.class
        })
final class BenchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CommandLine line = spec.commandLine();
        line.usage(line.getErr());
        return ExitStatus.USAGE.code();
    }
}
