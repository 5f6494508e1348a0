package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.observatory.LogSearch;
import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.SpanSearch;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.ObservedCommits;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintStream;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What it costs to be observed. Case {@code transfer}: transfers in one database without spans
 * ({@code off}), with as many traces a second as {@code dev} records ({@code on}), and with every
 * one ({@code all}); the observatory and its database run beside them and are counted. Each
 * recorded transfer has the spans of one that comes over the gateway. What the observatory kept by
 * then is searched afterwards.
 */
final class TelemetryBench {
    private static final int ACCOUNTS = 100_000;
    private static final int CALLERS = 64;
    private static final int ROUNDS = 3;

    /** As {@code dev}. */
    private static final int TRACES_PER_SECOND = 100;

    private static final long BOUND = 4L << 30;
    private static final Load LOAD = new Load("transfer", CALLERS, ACCOUNTS, ACCOUNTS);

    private final Duration round;
    private final PrintStream progress;

    TelemetryBench(Duration round, PrintStream progress) {
        this.round = round;
        this.progress = progress;
    }

    /** Runs everything; the rows of the report. */
    List<BenchRow> run() throws SQLException, InterruptedException {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (BenchDatabase database = BenchDatabase.start();
                BenchDatabase kept = BenchDatabase.start();
                Rounds rounds = new Rounds(List.of(database, kept));
                Observatory observatory =
                        Observatory.start(
                                new ObservatoryConfig(
                                        "127.0.0.1",
                                        0,
                                        kept.postgres().database(),
                                        BOUND,
                                        Duration.ofDays(1)),
                                Clock.system(),
                                metrics);
                Telemetry some = telemetry(observatory, TRACES_PER_SECOND);
                Telemetry all = telemetry(observatory, 0);
                ObservatoryReads reads = new ObservatoryReads(kept.postgres()::database);
                BatchedTransfers transfers = new BatchedTransfers(database, ACCOUNTS)) {
            List<Variant> variants =
                    List.of(
                            new Observed("off", transfers, Tracing.none()),
                            new Observed("on", transfers, some.tracing()),
                            new Observed("all", transfers, all.tracing()));
            for (Variant each : variants) {
                rounds.perSecond(each, LOAD, round.dividedBy(2));
            }
            List<BenchRow> rows = rounds.compare(variants, LOAD, ROUNDS, round);
            progress.printf(
                    "observatory: %,.0f spans stored, %,.0f shed%n",
                    metrics.counter("feiqian.observatory.stored").count(),
                    metrics.counter("feiqian.observatory.shed").count());
            search(reads, kept);
            return rows;
        }
    }

    private static Telemetry telemetry(Observatory observatory, int perSecond) {
        URI address = URI.create("http://127.0.0.1:" + observatory.port() + Observatory.TRACES);
        return Telemetry.start(
                TelemetryConfig.local("bench", "bench-" + perSecond).sendingTo(address, perSecond));
    }

    /** How long searches of an operator take over what is there. */
    private void search(ObservatoryReads reads, BenchDatabase kept) throws SQLException {
        long spans = kept.number("select count(*) from span");
        long until = Clock.system().now().toEpochMilli() * 1_000;
        timed(spans, "the newest", () -> reads.traces(find(until, 0, "")));
        timed(spans, "a text that nobody wrote", () -> reads.traces(find(until, 0, "nobody")));
        timed(spans, "longer than an hour", () -> reads.traces(find(until, 3_600_000_000L, "")));
        timed(
                spans,
                "a transaction",
                () -> reads.traces(SpanSearch.ofTransaction("202603020000001000000000000000001")));
        timed(
                spans,
                "its log lines",
                () -> reads.lines(LogSearch.ofTransaction("202603020000001000000000000000001")));
        timed(
                spans,
                "who calls whom",
                () -> reads.calls(until / 60_000_000 - 60, until / 60_000_000));
    }

    private static SpanSearch find(long until, long least, String text) {
        return new SpanSearch(until - 3_600_000_000L, until, "", false, least, text, "", 50);
    }

    private void timed(long spans, String what, Runnable search) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            long started = Clock.system().nanos();
            search.run();
            millis.add((Clock.system().nanos() - started) / 1e6);
        }
        progress.printf(
                "search over %,d spans, %s: %.1f ms (median of 5)%n",
                spans, what, millis.stream().sorted().toList().get(2));
    }

    /** A transfer inside the spans that the gateway, the call and the cell would begin. */
    private record Observed(String name, BatchedTransfers transfers, Tracing tracing)
            implements Variant {
        @Override
        public boolean run(int payer, int payee, long number) throws InterruptedException {
            try (WorkSpan gateway = tracing.serve("POST /v1/transfers", Optional.empty(), "");
                    Tracing.Entered _ = gateway.enter();
                    WorkSpan call = tracing.call("bank.Transfer", Optional.empty());
                    Tracing.Entered _ = call.enter();
                    WorkSpan cell =
                            tracing.serve("bank.Transfer", Optional.empty(), call.traceparent());
                    Tracing.Entered _ = cell.enter()) {
                return transfers.run(
                        payer,
                        payee,
                        number,
                        commits -> new ObservedCommits(commits, tracing, "cell-1 database"));
            }
        }

        /** They belong to all variants together. */
        @Override
        public void close() {}
    }
}
