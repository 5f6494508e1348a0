package io.feiqian.benchmarks;

import io.feiqian.cli.CommonOptions;
import io.feiqian.cli.Json;
import java.io.PrintStream;
import java.util.List;

/** How rows are shown: a table for people, one JSON array for programs. */
public final class BenchReport {
    private static final String LINE = "%-10s %-12s %8s %12s %12s %12s %10s %10s %7s %8s%n";

    private BenchReport() {}

    /** Where progress goes: nowhere with {@code --json}, which has one array and nothing else. */
    public static PrintStream progress(CommonOptions options) {
        return options.json()
                ? new PrintStream(java.io.OutputStream.nullOutputStream())
                : options.out();
    }

    /** Prints the rows. */
    public static void print(List<BenchRow> rows, CommonOptions options) {
        print(
                rows,
                options,
                "ratio: times better than the case's first variant, by rate; with one caller, by p50");
    }

    /** Prints the rows, and says this of their ratios. */
    static void print(List<BenchRow> rows, CommonOptions options, String legend) {
        PrintStream out = options.out();
        if (options.json()) {
            out.println(Json.write(rows));
            return;
        }
        out.println();
        out.printf(
                LINE,
                "case",
                "variant",
                "callers",
                "per second",
                "p50 us",
                "p99 us",
                "cpu us/op",
                "wal B/op",
                "errors",
                "ratio");
        for (BenchRow row : rows) {
            out.printf(
                    LINE,
                    row.caseName(),
                    row.variant(),
                    row.callers(),
                    "%,.0f".formatted(row.perSecond()),
                    "%,.0f".formatted(row.p50Micros()),
                    "%,.0f".formatted(row.p99Micros()),
                    "%,.1f".formatted(row.cpuMicrosPerOp()),
                    "%,.0f".formatted(row.walBytesPerOp()),
                    row.errors(),
                    "%.2f".formatted(row.ratio()));
        }
        out.println(legend);
        rows.stream()
                .filter(row ->
                        rows.stream().noneMatch(each -> each.variant().equals(row.baseline())))
                .map(row ->
                        "%s: against %s, which is what is asked for"
                                .formatted(row.caseName(), row.baseline()))
                .distinct()
                .forEach(out::println);
    }
}
