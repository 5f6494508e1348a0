package io.feiqian.benchmarks;

import java.io.PrintStream;
import java.util.List;

final class PagesBench {
    private final int spans;
    private final PrintStream progress;

    PagesBench(int spans, PrintStream progress) {
        this.spans = spans;
        this.progress = progress;
    }

    List<BenchRow> run() {
        progress.println(spans);
        return List.of();
    }
}
