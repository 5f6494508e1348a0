package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** How long a benchmark measures, and which of its cases. */
final class BenchOptions {
    /** What can be asked for; written as the reports write it. */
    @SuppressWarnings("MemberName") // the option's values are the reports' names
    enum Case {
        uniform,
        hot
    }

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "how long a round takes (default: ${DEFAULT-VALUE})")
    private int seconds = 20;

    @Option(
            names = "--case",
            paramLabel = "NAME",
            split = ",",
            description = "only these cases: uniform, hot (default: both)")
    private List<Case> cases = List.of(Case.values());

    @Option(
            names = "--callers",
            paramLabel = "N",
            split = ",",
            description = "only these numbers of callers (default: all that it knows)")
    private List<Integer> callers = List.of();

    Duration round() {
        return Duration.ofSeconds(Math.max(1, seconds));
    }

    boolean wantsCase(String name) {
        return cases.contains(Case.valueOf(name));
    }

    boolean wants(Load load) {
        return wantsCase(load.name()) && (callers.isEmpty() || callers.contains(load.callers()));
    }
}
