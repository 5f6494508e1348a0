package io.feiqian.benchmarks;

import io.feiqian.observatory.LogSearch;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.SpanSearch;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Case {@code search}: how long the searches of the console's pages take over what an observatory
 * keeps of six hours, each several times by one operator.
 */
final class SearchBench {
    private static final int TIMES = 11;
    private static final Duration ASKED = Duration.ofSeconds(1);
    private static final long HOUR = 3_600_000_000L;
    private static final long WEEK = 7 * 24 * HOUR;
    private static final long MINUTE = 60_000_000;

    private final int spans;
    private final PrintStream progress;

    SearchBench(int spans, PrintStream progress) {
        this.spans = spans;
        this.progress = progress;
    }

    List<BenchRow> run() throws SQLException, IOException, InterruptedException {
        try (FilledStore store = FilledStore.with(spans, progress);
                ObservatoryReads reads =
                        new ObservatoryReads(store.database().postgres()::database)) {
            return rows(
                    new Repeated("search", TIMES, ASKED, List.of(store.database())),
                    reads,
                    SpanBatches.traceNumber(store.spans() / SpanBatches.SPANS_OF_A_TRACE / 2));
        }
    }

    private static List<BenchRow> rows(
            Repeated repeated, ObservatoryReads reads, TraceNumber transaction) {
        long now = Clock.system().now().toEpochMilli() * 1_000;
        String number = transaction.toString();
        String trace = reads.traces(SpanSearch.ofTransaction(number)).getFirst().traceId();
        return List.of(
                repeated.row("newest", () -> reads.traces(since(now - HOUR / 4, false, 0, ""))),
                repeated.row("failed", () -> reads.traces(since(now - HOUR, true, 0, ""))),
                repeated.row("slow", () -> reads.traces(since(now - HOUR, false, MINUTE / 60, ""))),
                repeated.row("slow, all", () -> reads.traces(since(now - WEEK, false, HOUR, ""))),
                repeated.row("text", () -> reads.traces(since(now - HOUR, false, 0, "closed the"))),
                repeated.row(
                        "text, all", () -> reads.traces(since(now - WEEK, false, 0, "nobody"))),
                repeated.row("number", () -> reads.traces(SpanSearch.ofTransaction(number))),
                repeated.row(
                        "one trace",
                        () -> {
                            var _ = reads.trace(trace);
                            var _ = reads.lines(LogSearch.ofTrace(trace));
                        }),
                repeated.row("topology", () -> reads.calls(now / MINUTE - 60, now / MINUTE)),
                repeated.row("patterns", () -> reads.patterns(now - HOUR, 10)),
                repeated.row("lines", () -> reads.lines(lines(now - HOUR / 4, ""))),
                repeated.row("line text", () -> reads.lines(lines(now - HOUR, "closed the"))),
                repeated.row("line, all", () -> reads.lines(lines(now - WEEK, "nobody"))));
    }

    private static SpanSearch since(long from, boolean failed, long leastMicros, String text) {
        return new SpanSearch(from, Long.MAX_VALUE, "", failed, leastMicros, text, "", 50);
    }

    private static LogSearch lines(long from, String text) {
        return new LogSearch(from, Long.MAX_VALUE, "", "", text, "", "", 200);
    }
}
