package io.feiqian.participantdubbo;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.TransactionSettings;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Clock;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** The databases of a service that pays and of one that keeps accounts, one account in each. */
final class TwoDatabases {
    private static final class Server {
        static final EmbeddedPostgres POSTGRES = EmbeddedPostgres.temporary(Map.of());
        static final HikariDataSource PAYMENTS = database("payments");
        static final HikariDataSource ACCOUNTS = database("accounts");
    }

    static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    static final long OPENING = 1_000;

    /** Looks for what was left behind are made by the tests themselves, at once. */
    static final TransactionSettings SETTINGS =
            TransactionSettings.DEFAULT.withRecovery(Duration.ofHours(1), Duration.ZERO);

    final HikariDataSource payments = Server.PAYMENTS;
    final HikariDataSource accounts = Server.ACCOUNTS;
    private final AtomicLong serial = new AtomicLong();

    TwoDatabases() throws SQLException {
        for (DataSource each : List.of(payments, accounts)) {
            run(each, "drop schema public cascade; create schema public");
            run(
                    each,
                    "create table account (balance bigint not null, held bigint not null);"
                            + " insert into account values ("
                            + OPENING
                            + ", 0)");
        }
    }

    TransactionOrder order(long amount) {
        TraceNumber trace = TraceNumber.of(DAY, new Slot(1), 7, serial.incrementAndGet());
        return TransactionOrder.of(trace, Content.ofText(Long.toString(amount)), DAY);
    }

    static void debit(Connection connection, long amount) throws SQLException {
        change(connection, "update account set balance = balance - ? where balance >= ?", amount);
    }

    private static void change(Connection connection, String sql, long amount) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (int i = 1; i <= update.getParameterMetaData().getParameterCount(); i++) {
                update.setLong(i, amount);
            }
            if (update.executeUpdate() != 1) {
                throw new RefusedException(
                        OutcomeCode.INSUFFICIENT_FUNDS, "amount: " + amount + " (expected: less)");
            }
        }
    }

    /** Announces a credit, then posts it or takes the announcement back; 13 is refused. */
    static final class Credit implements TccAction {
        @Override
        public String name() {
            return "credit";
        }

        private static long amount(BranchCall call) {
            return Long.parseLong(call.content().text());
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            if (amount(call) == 13) {
                throw new RefusedException(OutcomeCode.ACCOUNT_FROZEN, "account: frozen");
            }
            change(connection, "update account set held = held + ?", amount(call));
            return Content.ofText("announced");
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            change(
                    connection,
                    "update account set held = held - ?, balance = balance + ?",
                    amount(call));
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            change(connection, "update account set held = held - ?", amount(call));
        }
    }

    long paid() throws SQLException {
        return OPENING - number(payments, "select balance from account");
    }

    long credited() throws SQLException {
        return number(accounts, "select balance from account") - OPENING;
    }

    long held() throws SQLException {
        return number(accounts, "select held from account");
    }

    private long unfinished() throws SQLException {
        long left = 0;
        for (DataSource each : List.of(payments, accounts)) {
            left += number(each, "select count(*) from feiqian_decision where finished_at is null");
            left += number(each, "select count(*) from feiqian_branch where state = 1");
        }
        return left;
    }

    /** Lets the services clear up until nothing is left. */
    void settle(GlobalTransactions... services) throws SQLException {
        long give = Clock.system().nanos() + Duration.ofSeconds(60).toNanos();
        while (unfinished() > 0) {
            for (GlobalTransactions each : services) {
                each.recoverNow();
            }
            if (Clock.system().nanos() > give) {
                throw new AssertionError("not settled within 60 seconds");
            }
            Thread.onSpinWait();
        }
    }

    private static long number(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            long number = row.getLong(1);
            connection.rollback();
            return number;
        }
    }

    private static void run(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            connection.commit();
        }
    }

    private static HikariDataSource database(String name) {
        EmbeddedPostgres server = Server.POSTGRES;
        try (Connection connection =
                        DriverManager.getConnection(
                                server.url(), EmbeddedPostgres.USER, server.password());
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name + " template template0");
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(server.database().url().replaceFirst("/[^/?]+(\\?|$)", "/" + name + "$1"));
        pool.setUsername(EmbeddedPostgres.USER);
        pool.setPassword(server.password());
        pool.setMaximumPoolSize(8);
        pool.setMinimumIdle(1);
        pool.setAutoCommit(false);
        return new HikariDataSource(pool);
    }
}
