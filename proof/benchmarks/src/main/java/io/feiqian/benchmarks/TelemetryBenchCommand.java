package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code feiqian bench telemetry}. */
@Command(
        name = "telemetry",
        description = {
            "What it costs to be observed: transfers, and requests through a gateway, without spans,",
            "with those that dev records, and with every one; what the observatory takes in a second;",
            "searches over what it keeps; and pages of the console with 12 cells. Starts databases",
            "and processes of its own; takes about ten minutes."
        })
final class TelemetryBenchCommand implements Callable<Integer> {
    @Mixin private CommonOptions common = new CommonOptions();

    @Mixin private TelemetryOptions options = new TelemetryOptions();

    @Override
    public Integer call() throws Exception {
        BenchReport.print(new TelemetryBench(options, BenchReport.progress(common)).run(), common);
        return ExitStatus.OK.code();
    }
}
