package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.benchmarks.SpanSender.Sent;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Case {@code store}: how many spans a second an observatory and its embedded database take, as
 * fast as they do without shedding any: with nothing else to do ({@code alone}), and beside 64
 * callers that make transfers in another database as fast as they can ({@code beside}). Counted are
 * the observatory and its database only.
 */
final class StoreBench {
    private static final String ASKED = "5,000 a second";
    private static final double ASKED_PER_SECOND = 5_000;
    private static final int ACCOUNTS = 100_000;
    private static final Load LOAD = new Load("store", 64, ACCOUNTS, ACCOUNTS);

    private final Duration round;
    private final PrintStream progress;

    StoreBench(Duration round, PrintStream progress) {
        this.round = round;
        this.progress = progress;
    }

    List<BenchRow> run() throws SQLException, IOException, InterruptedException {
        try (BenchStore store = BenchStore.start(0);
                SpanSender sender = new SpanSender(store);
                BenchDatabase database = BenchDatabase.start();
                Rounds rounds = new Rounds(List.of(database));
                BatchedTransfers transfers = new BatchedTransfers(database, ACCOUNTS)) {
            var _ = sender.send(round.dividedBy(2));
            BenchRow alone = row("alone", store, sender);
            CompletableFuture<Double> load =
                    CompletableFuture.supplyAsync(
                            () -> perSecond(rounds, transfers),
                            task -> Thread.ofPlatform().start(task));
            BenchRow beside = row("beside", store, sender);
            progress.printf(
                    "beside: %,.0f transfers a second%n%,d spans, %,d bytes each on disk with"
                            + " indexes%n",
                    load.join(),
                    store.database().number("select count(*) from span"),
                    store.database().number("select pg_database_size(current_database())")
                            / Math.max(1, store.database().number("select count(*) from span")));
            return List.of(alone, beside);
        }
    }

    private double perSecond(Rounds rounds, BatchedTransfers transfers) {
        try {
            return rounds.perSecond(transfers, LOAD, round);
        } catch (SQLException | InterruptedException failed) {
            throw new CompletionException(failed);
        }
    }

    private BenchRow row(String variant, BenchStore store, SpanSender sender)
            throws SQLException, IOException, InterruptedException {
        double cpuBefore = store.processorNanos();
        long walBefore = store.database().walPosition();
        Sent sent = sender.send(round);
        double cpu = store.processorNanos() - cpuBefore;
        long wal = store.database().walPosition() - walBefore;
        double perSecond = sent.stored() / sent.seconds();
        long spans = Math.max(1, sent.stored());
        progress.printf("%s: %,.0f spans for each second of a core%n", variant, spans * 1e9 / cpu);
        return new BenchRow(
                "store",
                variant,
                SpanSender.SENDERS,
                Rounds.rounded(perSecond),
                Rounds.rounded(sent.latencies().quantileMicros(0.50)),
                Rounds.rounded(sent.latencies().quantileMicros(0.99)),
                Rounds.rounded(cpu / 1_000 / spans),
                Rounds.rounded((double) wal / spans),
                sent.shed(),
                ASKED,
                Math.round(perSecond / ASKED_PER_SECOND * 100) / 100.0);
    }
}
