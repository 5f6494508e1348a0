package io.feiqian.transaction;

import io.feiqian.participant.Content;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.telemetry.Alarm;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Two cells with a database each, in one process; instances of them come and go. */
final class TwoCells implements AutoCloseable {
    static final CellId PAYER = new CellId(1);
    static final CellId PAYEE = new CellId(2);
    static final BusinessDate DAY = BusinessDate.parse("2026-01-05");
    static final Slot HOME = new Slot(17);
    static final Slot AWAY = new Slot(9_000);
    static final long RICH = 1_000_000;
    static final int PURSES = 20;

    /** Fast enough for tests, and long enough not to fire by themselves. */
    static final TransactionSettings SETTINGS =
            TransactionSettings.DEFAULT
                    .withRetry(
                            Duration.ofSeconds(2),
                            new Backoff(Duration.ofMillis(5), Duration.ofMillis(50)))
                    .withRecovery(Duration.ofMillis(100), Duration.ZERO);

    /** One cell: its database, which outlives instances. */
    final class Cell {
        final CellId id;
        final CellDatabase database;
        final GroupedCommits commits;
        volatile CellTransactions serving;

        Cell(CellId id, TemporaryDatabase fresh) {
            this.id = id;
            this.database = CellDatabase.open(fresh.config(), id, List.of("toy", "transaction"));
            database.ownership().initialise(MAP);
            database.businessDays().initialise(DAY);
            commits =
                    new GroupedCommits(
                            database,
                            GroupedCommits.Settings.defaults(),
                            Clock.system(),
                            timer,
                            new SimpleMeterRegistry(),
                            alarms::add);
            run(
                    "insert into purse select id, %d from generate_series(1, %d) as id"
                            .formatted(RICH, PURSES));
            serving = instance();
        }

        /** Another instance over the same database. */
        CellTransactions instance() {
            return instance(SETTINGS);
        }

        CellTransactions instance(TransactionSettings settings) {
            CellTransactions fresh =
                    new CellTransactions(
                            new CellTransactions.Ports(
                                    id,
                                    commits,
                                    database.pool(),
                                    new Channel(),
                                    Clock.system(),
                                    timer,
                                    alarms::add),
                            new DecisionContribution(),
                            new BranchContribution(),
                            List.of(purses),
                            settings);
            instances.add(fresh);
            return fresh;
        }

        /** The serving instance is gone, with whatever it had in memory; another one serves. */
        CellTransactions crash() {
            serving.close();
            serving = instance();
            return serving;
        }

        void run(String sql) {
            try (Connection connection = database.pool().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException failed) {
                throw new AssertionError(sql, failed);
            }
        }

        long number(String sql) {
            try (Connection connection = database.pool().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getLong(1);
            } catch (SQLException failed) {
                throw new AssertionError(sql, failed);
            }
        }

        long balance(long purse) {
            return number("select balance from purse where id = " + purse);
        }

        long pending() {
            return number("select coalesce(sum(pending), 0) from purse");
        }
    }

    private static final RouteMap MAP = RouteMap.evenly(2);

    private final class Channel implements PeerChannel {
        @Override
        public CompletableFuture<PeerReply> send(PeerMessage message) {
            return network.apply(message);
        }

        @Override
        public Optional<CellId> owner(Slot slot) {
            return Optional.of(MAP.route(slot).owner());
        }
    }

    final Timer timer = Timer.system("test-timer");
    final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    final Purses purses = new Purses();
    final Map<CellId, Cell> cells = new HashMap<>();
    final Cell payer;
    final Cell payee;

    /** What becomes of messages; {@link #deliver} unless a test says otherwise. */
    volatile Function<PeerMessage, CompletableFuture<PeerReply>> network = this::deliver;

    private final List<CellTransactions> instances = new ArrayList<>();
    private final AtomicLong serials = new AtomicLong();
    private final TemporaryDatabase first = TemporaryDatabase.create();
    private final TemporaryDatabase second = TemporaryDatabase.create();

    TwoCells() {
        payer = new Cell(PAYER, first);
        payee = new Cell(PAYEE, second);
        cells.put(PAYER, payer);
        cells.put(PAYEE, payee);
    }

    /** As at the start: nothing on record, every purse full, a fresh instance of each cell. */
    void reset() {
        instances.forEach(CellTransactions::close);
        instances.clear();
        network = this::deliver;
        for (Cell each : List.of(payer, payee)) {
            each.run(
                    "truncate decision, branch, purse_entry, suspension, transaction_alarm,"
                            + " resolution");
            each.run("update purse set balance = %d, pending = 0".formatted(RICH));
            each.serving = each.instance();
        }
        alarms.clear();
    }

    /** Hands a message to the instance that serves its slot. */
    CompletableFuture<PeerReply> deliver(PeerMessage message) {
        return cell(message.slot()).serving.receive(message);
    }

    Cell cell(Slot slot) {
        return MAP.route(slot).owner().equals(PAYER) ? payer : payee;
    }

    /** As if the wire were cut. */
    static CompletableFuture<PeerReply> lose(PeerMessage message) {
        return CompletableFuture.completedFuture(
                new PeerReply.Unheard(message.kind() + " was lost"));
    }

    /** As if nobody were there. */
    static CompletableFuture<PeerReply> nobody(PeerMessage message) {
        return CompletableFuture.completedFuture(
                PeerReply.refused(OutcomeCode.CELL_UNAVAILABLE, message.kind() + " to nobody"));
    }

    TraceNumber trace() {
        return TraceNumber.of(DAY, HOME, 1, serials.incrementAndGet());
    }

    GlobalTransaction payment(TraceNumber trace, long from, long to, long amount) {
        return payment(trace, from, to, amount, Duration.ofSeconds(10));
    }

    GlobalTransaction payment(
            TraceNumber trace, long from, long to, long amount, Duration decideWithin) {
        Content content = Content.ofText(from + ">" + to + ":" + amount);
        return new GlobalTransaction(
                trace,
                content.digest(),
                DAY,
                List.of(BranchSpec.of(1, AWAY, Purses.SERVICE, Purses.credit(to, amount))),
                purses.debit(trace, from, amount),
                decideWithin,
                content,
                Settling.AT_ONCE);
    }

    /** The money of both cells together, which never changes once all is settled. */
    long money() {
        return payer.number("select sum(balance) from purse")
                + payee.number("select sum(balance) from purse");
    }

    static long allMoney() {
        return 2 * PURSES * RICH;
    }

    @Override
    public void close() {
        instances.forEach(CellTransactions::close);
        for (Cell each : List.of(payer, payee)) {
            each.commits.close();
            each.database.close();
        }
        timer.close();
        first.close();
        second.close();
    }
}
