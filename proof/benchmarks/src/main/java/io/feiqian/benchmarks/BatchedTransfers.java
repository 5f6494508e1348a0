package io.feiqian.benchmarks;

import io.feiqian.ledger.BooksAudit;
import io.feiqian.ledger.BooksReport;
import io.feiqian.ledger.ContentDigest;
import io.feiqian.ledger.EntryKey;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.JournalPartitions;
import io.feiqian.ledger.LedgerCommand;
import io.feiqian.ledger.LedgerContribution;
import io.feiqian.ledger.LedgerRules;
import io.feiqian.ledger.Movement;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.Claim;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Part;
import io.feiqian.storage.Work;
import io.feiqian.transaction.DecisionCommand;
import io.feiqian.transaction.DecisionContribution;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Transfers as a cell of ours does them: through the fence, the ledger with all its rules, and the
 * guard that keeps local and global transactions in one key space, in grouped commits. The last
 * account is an internal one, as accounts that everybody pays into are.
 */
final class BatchedTransfers implements Variant {
    static final String NAME = "batched";
    private static final CellId CELL = new CellId(1);
    private static final BusinessDate DAY = BusinessDate.parse("2026-03-02");
    private static final long OPENING_BALANCE = 1_000_000_000L;
    private static final int CHANNEL = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CellDatabase database;
    private final GroupedCommits commits;
    private final Timer timer = Timer.system("bench-commits");
    private final LedgerContribution ledger;
    private final DecisionContribution decisions = new DecisionContribution();
    private final AccountNumber[] accounts;

    BatchedTransfers(BenchDatabase bench, int count) throws SQLException {
        this.database =
                CellDatabase.open(
                        bench.postgres().database(), CELL, List.of("transaction", "ledger"));
        database.ownership().initialise(RouteMap.evenly(3));
        database.businessDays().initialise(DAY);
        this.ledger = new LedgerContribution(LedgerRules.DEFAULT, alarm -> {});
        this.accounts = new AccountNumber[count];
        for (int i = 0; i < count - 1; i++) {
            accounts[i] = AccountNumber.of(new Slot(i % 3_300), AccountNumber.Kind.CUSTOMER, i);
        }
        accounts[count - 1] =
                AccountNumber.of(Slot.pinnedTo(CELL), AccountNumber.Kind.INCOME, count);
        try (Connection connection = database.pool().getConnection()) {
            JournalPartitions.ensure(connection, LedgerRules.DEFAULT, DAY);
            open(connection);
        }
        this.commits =
                new GroupedCommits(
                        database,
                        GroupedCommits.Settings.defaults(),
                        Clock.system(),
                        timer,
                        new SimpleMeterRegistry(),
                        alarm -> {});
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean run(int payer, int payee, long number) throws InterruptedException {
        return run(payer, payee, number, through -> through);
    }

    /** The same through commits that are made of its own. */
    boolean run(int payer, int payee, long number, UnaryOperator<LocalCommit> through)
            throws InterruptedException {
        AccountNumber debit = accounts[payer];
        AccountNumber credit = accounts[payee];
        Money amount = new Money(1 + number % 100, Currency.CZK);
        Movement movement = Movement.of(EntryKind.TRANSFER, debit, credit, amount, "rent");
        TraceNumber trace = TraceNumber.of(DAY, debit.slot(), CHANNEL, number);
        long digest =
                ContentDigest.ofMovement(
                        EntryKind.TRANSFER, debit, credit, amount, "rent", Optional.empty());
        LedgerCommand post =
                new LedgerCommand.Post(
                        EntryKey.own(trace), CELL, digest, movement, Optional.empty());
        Work work =
                new Work(
                        List.of(
                                Claim.of(debit.slot(), WorkKind.NEW_WORK),
                                Claim.of(credit.slot(), WorkKind.NEW_CREDIT)),
                        List.of(
                                new Part<>(ledger, post),
                                new Part<>(decisions, new DecisionCommand.Guard(trace, digest))),
                        Lane.NEW,
                        Deadline.after(PATIENCE, Clock.system()));
        return through.apply(commits).submit(work).join().isAccepted();
    }

    /** Counts the books again. */
    BooksReport audit() throws SQLException {
        try (Connection connection = database.pool().getConnection()) {
            return BooksAudit.run(connection);
        }
    }

    @Override
    public void close() {
        commits.close();
        timer.close();
        database.close();
    }

    /** Opens the accounts; each is paid its opening balance by a cash desk, through the journal. */
    private void open(Connection connection) throws SQLException {
        List<Long> ids = Arrays.stream(accounts).map(AccountNumber::number).toList();
        AccountNumber desk = AccountNumber.of(Slot.pinnedTo(CELL), AccountNumber.Kind.CASH, 1);
        TraceNumber first = TraceNumber.of(DAY, desk.slot(), CHANNEL + 1, 0);
        int currency = Currency.CZK.number();
        execute(
                connection,
                "insert into account (id, customer, balance, currency)"
                        + " select id, id, %d, %d from unnest(?::bigint[]) as id order by id"
                                .formatted(OPENING_BALANCE, currency),
                ids);
        execute(
                connection,
                "insert into account (id, customer, balance, currency, name)"
                        + " select %d, 0, -%d::bigint * cardinality(?::bigint[]), %d, 'desk'"
                                .formatted(desk.number(), OPENING_BALANCE, currency),
                ids);
        execute(
                connection,
                """
                insert into journal (trace_head, trace_serial, sub, digest, initiator, kind, debit,
                    credit, amount, currency, debit_after, credit_after, business_date, entry_no,
                    outcome, posted_at)
                select %d, n, 0, 0, 1, 2, %d, id, %d, %d, -%d::bigint * n, %d, %d, n, 0, 0
                from unnest(?::bigint[]) with ordinality as u(id, n)\
                """
                        .formatted(
                                first.head(),
                                desk.number(),
                                OPENING_BALANCE,
                                currency,
                                OPENING_BALANCE,
                                OPENING_BALANCE,
                                DAY.number()),
                ids);
        execute(
                connection,
                "select setval('commit_sequence', (?::bigint[])[1])",
                List.of((long) accounts.length));
        execute(connection, "vacuum analyze account", List.of());
        execute(connection, "vacuum analyze journal", List.of());
    }

    private static void execute(Connection connection, String sql, List<Long> ids)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (!ids.isEmpty()) {
                statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            }
            statement.execute();
        }
    }
}
