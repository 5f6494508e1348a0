package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
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
import java.util.List;
import java.util.Optional;

/**
 * Case {@code transfer}: transfers in one database without spans ({@code off}), with as many traces
 * a second as {@code dev} records ({@code on}), and with every one ({@code all}); the observatory
 * and its database run beside them and are counted. Each recorded transfer has the spans of one
 * that comes over the gateway.
 */
final class ObservedTransferBench {
    private static final int ACCOUNTS = 100_000;
    private static final int CALLERS = 64;
    private static final int ROUNDS = 3;

    private static final long BOUND = 4L << 30;
    private static final Load LOAD = new Load("transfer", CALLERS, ACCOUNTS, ACCOUNTS);

    private final Duration round;
    private final PrintStream progress;

    ObservedTransferBench(Duration round, PrintStream progress) {
        this.round = round;
        this.progress = progress;
    }

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
                Telemetry some = telemetry(observatory, TelemetryBench.TRACES_PER_SECOND);
                Telemetry all = telemetry(observatory, 0);
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
            StoreCounts counts = StoreCounts.of(metrics);
            progress.printf(
                    "observatory: %,d spans stored, %,d shed%n", counts.stored(), counts.shed());
            return rows;
        }
    }

    private static Telemetry telemetry(Observatory observatory, int perSecond) {
        URI address = URI.create("http://127.0.0.1:" + observatory.port() + Observatory.TRACES);
        return Telemetry.start(
                TelemetryConfig.local("bench", "bench-" + perSecond).sendingTo(address, perSecond));
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
