package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.ledger.BooksReport;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Transfers in one database: grouped commits against one transaction per transfer. Cases: {@code
 * uniform}, where any account pays any other, and {@code hot}, where all pay into one.
 */
final class LedgerBench {
    private static final int ACCOUNTS = 100_000;
    private static final int ROUNDS = 3;
    private static final int CALLERS = 256;
    private static final int MANY_CALLERS = 2_048;
    private static final List<Integer> POOLS = List.of(16, 32, 64);

    /** A load and how long its rounds take. */
    private record Measured(Load load, Duration length) {}

    private final BenchOptions options;
    private final Duration round;
    private final PrintStream progress;

    /** Main rounds take as long as the options say; the others less, in proportion. */
    LedgerBench(BenchOptions options, PrintStream progress) {
        this.options = options;
        this.round = options.round();
        this.progress = progress;
    }

    /** Runs everything; the rows of the report. */
    List<BenchRow> run() throws SQLException, InterruptedException {
        List<BenchRow> rows = new ArrayList<>();
        try (BenchDatabase database = BenchDatabase.start();
                Rounds rounds = new Rounds(List.of(database))) {
            NaiveTransfers.create(database, ACCOUNTS);
            try (BatchedTransfers batched = new BatchedTransfers(database, ACCOUNTS)) {
                for (boolean hot : new boolean[] {false, true}) {
                    if (options.wantsCase(load(hot, CALLERS).name())) {
                        rows.addAll(compare(database, rounds, batched, hot));
                    }
                }
                BooksReport audit = batched.audit();
                progress.printf(
                        "books after %,d transfers: %s%n",
                        audit.entries(), audit.isBalanced() ? "balance" : audit.findings());
                if (!audit.isBalanced()) {
                    throw new IllegalStateException("the books do not balance: " + audit);
                }
            }
        }
        return rows;
    }

    private List<BenchRow> compare(
            BenchDatabase database, Rounds rounds, BatchedTransfers batched, boolean hot)
            throws SQLException, InterruptedException {
        Load load = load(hot, CALLERS);
        int pool = bestPool(database, rounds, load);
        Duration warmUp = round.dividedBy(4);
        rounds.perSecond(batched, load, warmUp);
        List<BenchRow> rows = new ArrayList<>();
        try (NaiveTransfers naive = new NaiveTransfers(database, pool)) {
            rounds.perSecond(naive, load, warmUp);
            List<Variant> both = List.of(naive, batched);
            for (Measured each : measured(hot)) {
                if (options.wants(each.load)) {
                    rows.addAll(rounds.compare(both, each.load, ROUNDS, each.length));
                }
            }
        }
        rows.forEach(row ->
                progress.printf(
                        "%s, %d callers, %s: %,.0f a second%n",
                        row.caseName(), row.callers(), row.variant(), row.perSecond()));
        return rows;
    }

    private List<Measured> measured(boolean hot) {
        List<Measured> all = new ArrayList<>();
        all.add(new Measured(load(hot, CALLERS), round));
        all.add(new Measured(load(hot, MANY_CALLERS), round.dividedBy(3)));
        if (!hot) {
            all.add(new Measured(load(false, 1), round.dividedBy(4)));
        }
        return all;
    }

    private int bestPool(BenchDatabase database, Rounds rounds, Load load)
            throws SQLException, InterruptedException {
        int best = 0;
        double most = -1;
        for (int pool : POOLS) {
            try (NaiveTransfers naive = new NaiveTransfers(database, pool)) {
                rounds.perSecond(naive, load, round.dividedBy(10));
                double perSecond = rounds.perSecond(naive, load, round.dividedBy(4));
                progress.printf(
                        "%s, naive with a pool of %d: %,.0f a second%n",
                        load.name(), pool, perSecond);
                if (perSecond > most) {
                    most = perSecond;
                    best = pool;
                }
            }
        }
        return best;
    }

    private static Load load(boolean hot, int callers) {
        return new Load(hot ? "hot" : "uniform", callers, ACCOUNTS, hot ? 1 : ACCOUNTS);
    }
}
