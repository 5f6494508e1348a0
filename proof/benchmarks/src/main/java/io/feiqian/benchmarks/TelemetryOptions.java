package io.feiqian.benchmarks;

import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What {@code bench telemetry} measures, and for how long. */
final class TelemetryOptions {
    private static final int FEWEST_SPANS = 1_000;

    /** What can be asked for; written as the reports write it. */
    @SuppressWarnings("MemberName") // the option's values are the reports' names
    enum Case {
        transfer,
        http,
        store,
        search,
        pages
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
            description = "only these cases: transfer, http, store, search, pages (default: all)")
    private List<Case> cases = List.of(Case.values());

    @Option(
            names = "--spans",
            paramLabel = "N",
            description =
                    "how many spans case search looks through, and case pages a fifth of them"
                            + " (default: ${DEFAULT-VALUE})")
    private int spans = 1_000_000;

    Duration round() {
        return Duration.ofSeconds(Math.max(1, seconds));
    }

    boolean wants(Case name) {
        return cases.contains(name);
    }

    int spans() {
        return Math.max(FEWEST_SPANS, spans);
    }
}
