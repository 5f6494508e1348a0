package io.feiqian.benchmarks;

import io.feiqian.benchmarks.TelemetryOptions.Case;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What it costs to be observed, and what is got for it, one case after the other: {@code transfer}
 * and {@code http} are the work that is observed, {@code store} what the observatory takes, {@code
 * search} and {@code pages} what operators wait for.
 */
final class TelemetryBench {
    /** As many traces a second as {@code dev} records. */
    static final int TRACES_PER_SECOND = 100;

    private final TelemetryOptions options;
    private final PrintStream progress;

    TelemetryBench(TelemetryOptions options, PrintStream progress) {
        this.options = options;
        this.progress = progress;
    }

    /** Runs what was asked for; the rows of the report. */
    List<BenchRow> run() throws SQLException, IOException, InterruptedException {
        List<BenchRow> rows = new ArrayList<>();
        for (Case each : Case.values()) {
            if (options.wants(each)) {
                progress.printf("%s ...%n", each);
                rows.addAll(rows(each));
            }
        }
        return rows;
    }

    private List<BenchRow> rows(Case name) throws SQLException, IOException, InterruptedException {
        return switch (name) {
            case transfer -> new ObservedTransferBench(options.round(), progress).run();
            case http -> new GatewayBench(options.round(), progress).run();
            case store -> new StoreBench(options.round(), progress).run();
            case search -> new SearchBench(options.spans(), progress).run();
            case pages -> new PagesBench(options.spans() / 5, progress).run();
        };
    }
}
