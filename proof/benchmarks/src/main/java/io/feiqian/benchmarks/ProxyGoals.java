package io.feiqian.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of our gateway against the baseline of the same case and number of servers, and
 * whether it was reached.
 *
 * @param must whether the run fails without it; otherwise it is a goal
 * @param met whether it was reached
 * @param text what it is, and what was seen
 */
record ProxyGoals(boolean must, boolean met, String text) {
    static final String OURS = "feiqian";

    static final double MOST_LATENCY = 1.5;
    static final double MOST_MEGABYTES = 256;
    static final double MOST_PAUSE_MILLIS = 10;

    /** The least ratios of a case: what must be, and what is hoped for. */
    private record Least(double must, Optional<Double> goal) {
        static Least of(ProxyCase of) {
            return switch (of) {
                case HTTP -> new Least(0.71, Optional.of(1.0));
                case HTTP_CELL -> new Least(0.56, Optional.of(0.77));
                case TCP_BULK -> new Least(1.25, Optional.empty());
                case TCP_CONNECT -> new Least(0.5, Optional.empty());
            };
        }
    }

    /** Of the rows of one case and number of servers; nothing where we were not measured in it. */
    static List<ProxyGoals> of(ProxyCase of, List<ProxyRow> rows) {
        Optional<ProxyRow> ours = row(rows, OURS);
        Optional<ProxyRow> baseline = ours.flatMap(each -> row(rows, each.baseline()));
        if (ours.isEmpty() || baseline.isEmpty()) {
            return List.of();
        }
        return of(of, ours.get(), baseline.get());
    }

    private static List<ProxyGoals> of(ProxyCase of, ProxyRow ours, ProxyRow baseline) {
        List<ProxyGoals> all = new ArrayList<>();
        String where = "%s, %d behind: ".formatted(of.text(), ours.backends());
        Least least = Least.of(of);
        all.add(least(true, where, of, ours.ratio(), least.must()));
        least.goal().ifPresent(goal -> all.add(least(false, where, of, ours.ratio(), goal)));
        if (of != ProxyCase.TCP_BULK) {
            double times = ours.p99Micros() / Math.max(1, baseline.p99Micros());
            all.add(most(where + "p99 over the baseline's", times, MOST_LATENCY, "%.2f"));
        }
        all.add(most(where + "memory, MB", ours.mostMegabytes(), MOST_MEGABYTES, "%.0f"));
        all.add(
                most(
                        where + "longest pause, ms",
                        ours.longestPauseMillis(),
                        MOST_PAUSE_MILLIS,
                        "%.1f"));
        all.add(most(where + "errors", (double) ours.errors(), 0, "%.0f"));
        return all;
    }

    private static ProxyGoals least(
            boolean must, String where, ProxyCase of, double ratio, double least) {
        return new ProxyGoals(
                must,
                ratio >= least,
                "%sprocessor a %s, the baseline's over ours: %.2f (%s: at least %.2f)"
                        .formatted(where, of.unit(), ratio, must ? "must" : "goal", least));
    }

    private static ProxyGoals most(String what, double seen, double most, String format) {
        return new ProxyGoals(
                true,
                seen <= most,
                "%s: %s (must: at most %s)"
                        .formatted(what, format.formatted(seen), format.formatted(most)));
    }

    private static Optional<ProxyRow> row(List<ProxyRow> rows, String variant) {
        return rows.stream().filter(each -> each.variant().equals(variant)).findFirst();
    }

    /** For a line of the report. */
    String line() {
        return (met ? "met      " : must ? "NOT MET  " : "not met  ") + text;
    }
}
