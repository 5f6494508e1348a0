package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.ExitStatus;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code feiqian bench telemetry}. */
@Command(
        name = "telemetry",
        description = {
            "Transfers without spans, with those that dev records, and with every one; and",
            "searches over what was kept. Starts databases of its own; takes about four minutes."
        })
final class TelemetryBenchCommand implements Callable<Integer> {
    @Mixin private CommonOptions common = new CommonOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Override
    public Integer call() throws Exception {
        BenchReport.print(
                new TelemetryBench(
                                Duration.ofSeconds(Math.max(1, seconds)),
                                BenchReport.progress(common))
                        .run(),
                common);
        return ExitStatus.OK.code();
    }
}
