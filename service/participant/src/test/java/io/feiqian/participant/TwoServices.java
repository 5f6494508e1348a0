package io.feiqian.participant;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** A payments service that begins transactions and an accounts service, each with a database. */
final class TwoServices implements AutoCloseable {
    /** Today: what is older than {@link TransactionSettings#recognised} is refused. */
    static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));

    static final long OPENING = 1_000;
    static final int ACCOUNTS = 40;

    final LocalChannel wire = new LocalChannel();
    final Timer timer = Timer.system("two-services");
    final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    final List<String> alarms = java.util.Collections.synchronizedList(new ArrayList<>());
    final ServiceDatabase paymentsAt;
    final ServiceDatabase accountsAt;
    final HikariDataSource paymentsDatabase;
    final HikariDataSource accountsDatabase;
    private final AtomicLong serial = new AtomicLong();
    private final List<GlobalTransactions> opened = new ArrayList<>();
    private TransactionSettings settings =
            new TransactionSettings(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)),
                    200,
                    5,
                    1_000,
                    4_096,
                    16,
                    Duration.ofMillis(2),
                    Duration.ofMillis(20),
                    100,
                    Duration.ZERO,
                    Duration.ofMillis(200),
                    Duration.ofMinutes(10),
                    Duration.ofDays(30),
                    5);

    /** The two services as they are opened first; nothing looks for leftovers by itself. */
    static TwoServices open() throws SQLException {
        return open(Databases.POSTGRESQL);
    }

    /** The same on other databases. */
    static TwoServices open(Databases databases) throws SQLException {
        return open(
                ServiceDatabase.payments(databases.payments()),
                ServiceDatabase.accounts(databases.accounts()));
    }

    /** The same on these. */
    static TwoServices open(ServiceDatabase payments, ServiceDatabase accounts)
            throws SQLException {
        return new TwoServices(payments, accounts);
    }

    private TwoServices(ServiceDatabase payments, ServiceDatabase accounts) throws SQLException {
        paymentsAt = payments;
        accountsAt = accounts;
        paymentsDatabase = paymentsAt.pool();
        accountsDatabase = accountsAt.pool();
        String opened =
                IntStream.rangeClosed(1, ACCOUNTS)
                        .mapToObj(id -> "(%d, %d)".formatted(id, OPENING))
                        .collect(Collectors.joining(", "));
        for (ServiceDatabase each : List.of(paymentsAt, accountsAt)) {
            each.empty();
            run(each.pool(), AccountActions.TABLE);
            run(each.pool(), "insert into account (id, balance) values " + opened);
        }
    }

    TransactionSettings settings() {
        return settings;
    }

    TwoServices with(UnaryOperator<TransactionSettings> change) {
        settings = change.apply(settings);
        return this;
    }

    GlobalTransactions payments(ServiceChannel channel) throws SQLException {
        return payments(channel, paymentsDatabase);
    }

    GlobalTransactions payments(ServiceChannel channel, DataSource database) throws SQLException {
        return opened("payments", channel, database, AccountActions.all(), Clock.system());
    }

    GlobalTransactions payments() throws SQLException {
        return payments(wire);
    }

    /** The same by a clock that the test moves. */
    GlobalTransactions payments(Clock clock) throws SQLException {
        return opened("payments", wire, paymentsDatabase, AccountActions.all(), clock);
    }

    GlobalTransactions accounts() throws SQLException {
        return accounts(Clock.system());
    }

    /**
     * The same by a clock that the test moves: a try whose deadline is soon over is in time however
     * slow the machine is, and is overdue a moment later by the database's own clock; a prepared
     * one once the test moves this one.
     */
    GlobalTransactions accounts(Clock clock) throws SQLException {
        return opened("accounts", wire, accountsDatabase, AccountActions.all(), clock);
    }

    GlobalTransactions accountsIn(DataSource database) throws SQLException {
        return opened("accounts", wire, database, AccountActions.all(), Clock.system());
    }

    GlobalTransactions accounts(ServiceActions actions) throws SQLException {
        return accounts(actions, Clock.system());
    }

    GlobalTransactions accounts(ServiceActions actions, Clock clock) throws SQLException {
        return opened("accounts", wire, accountsDatabase, actions, clock);
    }

    /** A clock that is so far ahead, and stands there until the test moves it. */
    static SettableClock ahead(Duration by) {
        return new SettableClock(Clock.system().now().plus(by));
    }

    /** Has everything that is finished here be finished so much earlier. */
    static void age(DataSource database, Duration by) throws SQLException {
        for (String table : List.of("feiqian_decision", "feiqian_branch")) {
            run(
                    database,
                    "update %s set finished_at = finished_at - %d".formatted(table, by.toMillis()));
        }
    }

    private GlobalTransactions opened(
            String name,
            ServiceChannel channel,
            DataSource database,
            ServiceActions actions,
            Clock clock)
            throws SQLException {
        GlobalTransactions service =
                ServiceSetup.of(name, database, channel)
                        .with(actions)
                        .withXa()
                        .with(settings)
                        .with((kind, trace, message) -> alarms.add(kind + " " + message))
                        .with(clock, timer, executor)
                        .createTables()
                        .open();
        wire.add(service);
        opened.add(service);
        return service;
    }

    TransactionOrder order(String content) {
        return order(serial.incrementAndGet(), content);
    }

    static TransactionOrder order(long serial, String content) {
        TraceNumber trace = TraceNumber.of(DAY, new Slot(1), 7, serial);
        return TransactionOrder.of(trace, Content.ofText(content), DAY);
    }

    long balance(DataSource database, long account) throws SQLException {
        return number(database, "select balance from account where id = " + account);
    }

    /** All money there is, and what is held of it: no transfer between the two may change it. */
    long money() throws SQLException {
        String sum = "select sum(balance) from account";
        return number(paymentsDatabase, sum) + number(accountsDatabase, sum);
    }

    long held() throws SQLException {
        return number(accountsDatabase, "select sum(held) from account");
    }

    /** What is left to do in both databases. */
    long unfinished() throws SQLException {
        long left = 0;
        for (ServiceDatabase at : List.of(paymentsAt, accountsAt)) {
            DataSource each = at.pool();
            left += number(each, "select count(*) from feiqian_decision where finished_at is null");
            left += number(each, "select count(*) from feiqian_branch where state = 1");
            left += at.prepared();
        }
        return left;
    }

    static long number(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            long number = row.getLong(1);
            connection.rollback();
            return number;
        }
    }

    static void run(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            connection.commit();
        }
    }

    /** Waits for what other threads do; fails where that takes far too long. */
    static void await(BooleanSupplier holds) {
        long give = Clock.system().nanos() + Duration.ofSeconds(30).toNanos();
        while (!holds.getAsBoolean()) {
            if (Clock.system().nanos() > give) {
                throw new AssertionError("not within 30 seconds");
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Waits until what is finished is recorded as finished, without a look for leftovers: such a
     * look repeats orders, and the last of them may be under way when nothing is left.
     */
    void awaitRecordedEnds() {
        await(() -> {
            try {
                return unfinished() == 0;
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
    }

    /**
     * Lets the services clear up until nothing is left. Orders that were sent twice may still be
     * under way: whoever takes rows away by hand afterwards needs {@link #awaitRecordedEnds}.
     */
    void settle(GlobalTransactions... services) {
        await(() -> {
            try {
                for (GlobalTransactions each : services) {
                    each.recoverNow();
                }
                return unfinished() == 0;
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
    }

    /** Nothing gets through; what was to be said is never said. */
    static ServiceChannel silence() {
        return new ServiceChannel() {
            @Override
            public CompletionStage<List<FinishReport>> finish(
                    String service, List<FinishOrder> orders) {
                return CompletableFuture.failedFuture(new IllegalStateException("silence"));
            }

            @Override
            public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
                return CompletableFuture.failedFuture(new IllegalStateException("silence"));
            }
        };
    }

    /** The accounts' database through a pool whose waits have no bound. */
    HikariDataSource accountsWithoutLockTimeout() {
        return accountsAt.pool(pool -> {});
    }

    @Override
    public void close() {
        opened.forEach(GlobalTransactions::close);
        timer.close();
        executor.close();
    }
}
