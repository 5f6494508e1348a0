package io.feiqian.benchmarks;

import io.feiqian.benchmarks.Rounds.Load;
import io.feiqian.participant.BranchKind;
import io.feiqian.vocabulary.CellId;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What it costs to be atomic over two databases, by kind: the same business as two plain local
 * transactions (the limit), as global transactions of services with a branch of each kind, and by
 * the batched ledger; and with Narayana, an XA transaction manager. The case is {@code
 * two-databases}.
 */
final class TransactionBench {
    private static final int ACCOUNTS = 100_000;
    private static final int ROUNDS = 3;
    private static final int CALLERS = 64;
    private static final List<Integer> POOLS = List.of(8, 16, 32);

    /** Grows with every transaction that writes, also with a prepared one. */
    private static final String WRITTEN =
            "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint";

    private static final String LEDGER = "ledger";
    private static final Load LOAD = new Load("two-databases", CALLERS, ACCOUNTS, ACCOUNTS);

    /** The kinds by the names they have in reports. */
    private static final Map<String, BranchKind> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("tcc", BranchKind.TCC);
        KINDS.put("sql", BranchKind.SQL);
        KINDS.put("xa", BranchKind.XA);
        KINDS.put("saga", BranchKind.REVERSAL);
        KINDS.put("message", BranchKind.MESSAGE);
    }

    /** Makes a variant over a pool of so many connections a database. */
    private interface Pooled {
        Variant over(int connections) throws SQLException;
    }

    private final Duration round;
    private final PrintStream progress;
    private final List<String> wanted;
    private final int aged;

    /**
     * Measures.
     *
     * @param aged how many finished transactions lie in the tables of ours beforehand
     */
    TransactionBench(Duration round, List<String> wanted, int aged, PrintStream progress) {
        this.round = round;
        this.aged = aged;
        this.wanted = wanted;
        this.progress = progress;
    }

    /** Runs everything; the rows of the report. */
    List<BenchRow> run() throws SQLException, InterruptedException {
        Map<String, String> prepared =
                Map.of("max_prepared_transactions", "256", "max_connections", "400");
        try (BenchDatabase first = BenchDatabase.start(prepared);
                BenchDatabase second = BenchDatabase.start(prepared);
                Rounds rounds = new Rounds(List.of(first, second))) {
            List<Variant> variants = new ArrayList<>();
            try {
                variants.add(
                        best(
                                rounds,
                                LimitTransfers.NAME,
                                first,
                                second,
                                size -> new LimitTransfers(first, second, size)));
                for (Map.Entry<String, BranchKind> each : KINDS.entrySet()) {
                    if (wants(each.getKey())) {
                        variants.add(
                                best(
                                        rounds,
                                        each.getKey(),
                                        first,
                                        second,
                                        size ->
                                                new ServiceTransfers(
                                                        each.getValue(),
                                                        each.getKey(),
                                                        first,
                                                        second,
                                                        size)));
                    }
                }
                if (wants(NarayanaTransfers.NAME)) {
                    variants.add(
                            best(
                                    rounds,
                                    NarayanaTransfers.NAME,
                                    first,
                                    second,
                                    size -> new NarayanaTransfers(first, second, size)));
                }
                if (wants(LEDGER)) {
                    variants.add(warm(rounds, new LedgerTransfers(first, second)));
                }
                List<BenchRow> rows = rounds.compare(variants, LOAD, ROUNDS, round);
                for (Variant each : variants) {
                    count(rounds, each, first, second);
                }
                audit(first, second, variants);
                return rows;
            } finally {
                variants.forEach(Variant::close);
            }
        }
    }

    private boolean wants(String variant) {
        return wanted.isEmpty() || wanted.contains(variant);
    }

    /** The variant with the pool that serves it best; the counts of the others are dropped. */
    private Variant best(
            Rounds rounds, String name, BenchDatabase first, BenchDatabase second, Pooled pooled)
            throws SQLException, InterruptedException {
        PlainAccounts.create(first, name, ACCOUNTS);
        PlainAccounts.create(second, name, ACCOUNTS);
        if (aged > 0 && KINDS.containsKey(name)) {
            ServiceTransfers.age(first, second, name, aged);
        }
        int best = 0;
        double most = -1;
        for (int size : POOLS) {
            try (Variant variant = pooled.over(size)) {
                double warm = rounds.perSecond(variant, LOAD, round.dividedBy(10));
                double perSecond = rounds.perSecond(variant, LOAD, round.dividedBy(4));
                settle(variant);
                progress.printf(
                        "%s with a pool of %d: %,.0f a second (warming up %,.0f)%n",
                        name, size, perSecond, warm);
                if (perSecond > most) {
                    most = perSecond;
                    best = size;
                }
            }
        }
        return pooled.over(best);
    }

    /** The ledger has no pool to choose; it is warmed up for as long as the others are. */
    private Variant warm(Rounds rounds, LedgerTransfers ledger)
            throws SQLException, InterruptedException {
        for (int i = 0; i < POOLS.size(); i++) {
            double first = rounds.perSecond(ledger, LOAD, round.dividedBy(10));
            double warm = rounds.perSecond(ledger, LOAD, round.dividedBy(4));
            progress.printf("%s: %,.0f a second, warming up %,.0f%n", LEDGER, warm, first);
        }
        ledger.settle();
        return ledger;
    }

    /** Says what one transaction of a variant costs, phase two and marks included. */
    private void count(Rounds rounds, Variant variant, BenchDatabase first, BenchDatabase second)
            throws SQLException, InterruptedException {
        settle(variant);
        long written = first.number(WRITTEN) + second.number(WRITTEN);
        long sent = CountedSockets.sent();
        double operations = Math.max(1, rounds.operations(variant, LOAD, round.dividedBy(5)));
        settle(variant);
        written = first.number(WRITTEN) + second.number(WRITTEN) - written;
        sent = CountedSockets.sent() - sent;
        String trips =
                variant instanceof LedgerTransfers
                        ? "round trips not counted"
                        : "%.1f round trips".formatted(sent / operations);
        progress.printf(
                "%s: %.2f writing transactions, %s an operation%s%n",
                variant.name(),
                written / operations,
                trips,
                variant.name().equals("xa") || variant.name().equals(NarayanaTransfers.NAME)
                        ? "; each prepared one is written a second time when it ends"
                        : "");
        if (variant instanceof ServiceTransfers services && !services.refused().isEmpty()) {
            progress.printf("%s: not accepted: %s%n", variant.name(), services.refused());
        }
    }

    private static void settle(Variant variant) throws InterruptedException {
        if (variant instanceof ServiceTransfers services) {
            services.settle();
        } else if (variant instanceof LedgerTransfers ledger) {
            ledger.settle();
        }
    }

    /** What was taken from the payers is what was given to the payees, and nothing is held. */
    private void audit(BenchDatabase first, BenchDatabase second, List<Variant> variants)
            throws SQLException {
        for (Variant each : variants) {
            if (each instanceof LedgerTransfers ledger) {
                ledger.requireBalanced();
                continue;
            }
            String sum =
                    "select coalesce(sum(balance), 0)::bigint - %d::bigint * count(*) from %s.account"
                            .formatted(
                                    PlainAccounts.OPENING_BALANCE,
                                    PlainAccounts.schema(each.name()));
            long left = first.number(sum) + second.number(sum);
            long held =
                    second.number(
                            "select sum(held)::bigint from %s.account"
                                    .formatted(PlainAccounts.schema(each.name())));
            if (left != 0 || held != 0) {
                throw new IllegalStateException(
                        "%s: %d too much, %d held (expected: 0, 0)"
                                .formatted(each.name(), left, held));
            }
        }
        progress.println("money: none lost, none made, none held, by any variant");
    }

    /** The batched ledger on two cells, for the callers of this bench. */
    private static final class LedgerTransfers implements Variant {
        private final TransferCell payers;
        private final TransferCell payees;
        private final GlobalTransfers transfers;

        LedgerTransfers(BenchDatabase first, BenchDatabase second)
                throws SQLException, InterruptedException {
            this.payers = new TransferCell(new CellId(1), first, ACCOUNTS);
            this.payees = new TransferCell(new CellId(2), second, ACCOUNTS);
            this.transfers = GlobalTransfers.batched(payers, payees);
        }

        @Override
        public String name() {
            return LEDGER;
        }

        @Override
        public boolean run(int payer, int payee, long number) {
            return transfers.run(payer, payee, number);
        }

        void settle() throws InterruptedException {
            transfers.settle();
        }

        void requireBalanced() throws SQLException {
            payers.requireBalanced();
            payees.requireBalanced();
            long left = payers.owes(payees.id()) + payees.owes(payers.id());
            if (left != 0) {
                throw new IllegalStateException(
                        "inter-cell accounts: %d together (expected: 0)".formatted(left));
            }
        }

        @Override
        public void close() {
            transfers.close();
            payers.close();
            payees.close();
        }
    }
}
