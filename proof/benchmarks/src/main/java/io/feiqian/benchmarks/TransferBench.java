package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.vocabulary.CellId;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Atomic transfers between two cells in two databases: the protocol in grouped commits against the
 * same protocol without batching, and beside them two plain local transactions that are not atomic.
 * Cases: {@code uniform}, where any account of one cell pays any of the other, and {@code hot},
 * where all pay one.
 */
final class TransferBench {
    private static final int ACCOUNTS = 100_000;
    private static final int ROUNDS = 3;
    private static final int CALLERS = 256;
    private static final List<Integer> POOLS = List.of(8, 16, 32);
    private static final CellId PAYERS = new CellId(1);
    private static final CellId PAYEES = new CellId(2);

    /** Makes a variant over a pool of so many connections a database. */
    private interface Pooled {
        Variant over(int connections);
    }

    private final BenchOptions options;
    private final Duration round;
    private final PrintStream progress;

    /** Main rounds take as long as the options say; the others less, in proportion. */
    TransferBench(BenchOptions options, PrintStream progress) {
        this.options = options;
        this.round = options.round();
        this.progress = progress;
    }

    /** Runs everything; the rows of the report. */
    List<BenchRow> run() throws SQLException, InterruptedException {
        List<BenchRow> rows = new ArrayList<>();
        try (BenchDatabase first = BenchDatabase.start();
                BenchDatabase second = BenchDatabase.start();
                Rounds rounds = new Rounds(List.of(first, second));
                TransferCell payers = new TransferCell(PAYERS, first, ACCOUNTS);
                TransferCell payees = new TransferCell(PAYEES, second, ACCOUNTS)) {
            TwoLocalTransfers.create(first, ACCOUNTS);
            TwoLocalTransfers.create(second, ACCOUNTS);
            openInterCellAccounts(payers, payees);
            for (boolean hot : new boolean[] {false, true}) {
                Load load =
                        new Load(hot ? "hot" : "uniform", CALLERS, ACCOUNTS, hot ? 1 : ACCOUNTS);
                if (!options.wants(load)) {
                    continue;
                }
                int single =
                        bestPool(
                                rounds,
                                load,
                                size -> GlobalTransfers.unbatched(payers, payees, size));
                int plain =
                        bestPool(rounds, load, size -> new TwoLocalTransfers(first, second, size));
                try (GlobalTransfers naive = GlobalTransfers.unbatched(payers, payees, single);
                        GlobalTransfers batched = GlobalTransfers.batched(payers, payees);
                        TwoLocalTransfers local = new TwoLocalTransfers(first, second, plain)) {
                    rounds.perSecond(batched, load, round.dividedBy(4));
                    rows.addAll(
                            rounds.compare(List.of(naive, batched, local), load, ROUNDS, round));
                    naive.settle();
                    batched.settle();
                }
            }
            audit(payers, payees);
        }
        return rows;
    }

    /** Both are opened by their first use, for which the unbatched variant would queue up. */
    private static void openInterCellAccounts(TransferCell payers, TransferCell payees)
            throws InterruptedException {
        try (GlobalTransfers first = GlobalTransfers.batched(payers, payees)) {
            if (!first.run(0, 0, 0)) {
                throw new IllegalStateException("transfer: refused (expected: accepted)");
            }
            first.settle();
        }
    }

    private void audit(TransferCell payers, TransferCell payees) throws SQLException {
        payers.requireBalanced();
        payees.requireBalanced();
        long left = payers.owes(PAYEES) + payees.owes(PAYERS);
        if (left != 0) {
            throw new IllegalStateException(
                    "inter-cell accounts: %d together (expected: 0)".formatted(left));
        }
        progress.println("the books of both cells balance");
    }

    private int bestPool(Rounds rounds, Load load, Pooled pooled)
            throws SQLException, InterruptedException {
        int best = 0;
        double most = -1;
        for (int size : POOLS) {
            try (Variant variant = pooled.over(size)) {
                rounds.perSecond(variant, load, round.dividedBy(10));
                double perSecond = rounds.perSecond(variant, load, round.dividedBy(4));
                progress.printf(
                        "%s, %s with a pool of %d: %,.0f a second%n",
                        load.name(), variant.name(), size, perSecond);
                if (variant instanceof GlobalTransfers transfers) {
                    transfers.settle();
                }
                if (perSecond > most) {
                    most = perSecond;
                    best = size;
                }
            }
        }
        return best;
    }
}
