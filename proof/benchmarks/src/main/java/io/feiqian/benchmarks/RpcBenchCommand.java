package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code feiqian bench rpc}. */
@Command(
        name = "rpc",
        description = {
            "What a call costs: 300 bytes there and back between two JVMs, 64 callers. Plain grpc-java",
            "(the baseline) against ours with context, balancing, limits, metrics and traces, and",
            "against Dubbo with its own protocol and over HTTP/2; and what a message between cells",
            "costs on their stream. Takes about eight minutes."
        })
final class RpcBenchCommand implements Callable<Integer> {
    private static final String LEGEND =
            "ratio: the processor time of both sides a call, of the case's first variant over this"
                    + " one's; above 1 is cheaper";

    @Mixin private CommonOptions common = new CommonOptions();

    @Mixin private RpcOptions options = new RpcOptions();

    @Override
    public Integer call() throws Exception {
        BenchReport.print(
                new RpcBench(options, BenchReport.progress(common)).run(), common, LEGEND);
        return ExitStatus.OK.code();
    }
}
