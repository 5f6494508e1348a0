package io.feiqian.sqlmode;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.LocalChannel;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two services, each with a database of its own, and a transfer in ordinary SQL. */
@Timeout(120)
@ParameterizedClass
@EnumSource
final class GlobalTransferTest {
    private final Database kind;
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    private static final String TABLE =
            "create table account (id bigint primary key, balance numeric(20) not null);"
                    + " insert into account values (1, 100), (2, 100)";

    private final LocalChannel wire = new LocalChannel();
    private final List<String> alarms = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private TestDatabase here;
    private TestDatabase there;
    private GlobalTransactions payments;
    private GlobalTransactions accounts;

    GlobalTransferTest(Database kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() throws SQLException {
        here = TestDatabase.with(kind, TABLE, "account");
        there = TestDatabase.with(kind, TABLE, "account");
        payments = service("payments", here);
        accounts = service("accounts", there);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        here.close();
        there.close();
    }

    @Test
    @Requirement({"B11.2-c", "S.dtx-2"})
    void aTransferInOrdinarySqlHappensOnBothSidesOrOnNone() throws SQLException {
        TransactionAnswer done = transfer(1, 30);
        assertThat(done.isAccepted()).isTrue();
        settle();
        assertThat(balance(here)).isEqualTo("70");
        assertThat(balance(there)).isEqualTo("130");

        TransactionAnswer refused = transfer(2, 1_000);
        assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        settle();
        assertThat(balance(here)).isEqualTo("70");
        assertThat(balance(there)).isEqualTo("130");
        assertThat(there.left()).isEmpty();

        assertThat(transfer(1, 30).recorded()).isTrue();
        settle();
        assertThat(balance(there)).isEqualTo("130");
    }

    @Test
    void whatSqlModeRefusesIsTheTransactionsAnswer() throws SQLException {
        TransactionAnswer answer =
                payments.execute(
                        order(1),
                        scope ->
                                scope.call(
                                        "accounts",
                                        Content.ofText("truncate"),
                                        context ->
                                                accounts.branches()
                                                        .sql(
                                                                context,
                                                                connection ->
                                                                        statement(
                                                                                connection,
                                                                                "truncate"
                                                                                        + " account"))));
        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.SQL_NOT_UNDOABLE);
        assertThat(answer.outcome().message()).contains("expected: ");

        there.branch(9, "update account set balance = balance + 1 where id = 2");
        TransactionAnswer conflict = transfer(2, 30);
        assertThat(conflict.outcome().code()).isEqualTo(OutcomeCode.SQL_LOCK_CONFLICT);
        there.confirm(9);
        settle();
        assertThat(balance(here)).isEqualTo("100");
        assertThat(transfer(2, 30).isAccepted()).isTrue();
    }

    @Test
    void aDirtyRowRaisesAnAlarmWithTheProposedCorrectionAndIsUndoneAfterIt() throws SQLException {
        TransactionAnswer refused =
                payments.execute(
                        order(1),
                        scope -> {
                            scope.call(
                                    "accounts",
                                    Content.ofText("credit"),
                                    context ->
                                            accounts.branches()
                                                    .sql(
                                                            context,
                                                            connection ->
                                                                    change(connection, 2, 30)));
                            past("update account set balance = balance + 7 where id = 2");
                            throw new RefusedException(
                                    OutcomeCode.ACCOUNT_FROZEN, "account: frozen");
                        });
        assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
        while (alarms.isEmpty()) {
            recover();
        }
        assertThat(balance(there)).isEqualTo("137");
        String alarm = alarms.get(0);
        assertThat(alarm)
                .startsWith("DIRTY_ROW")
                .contains("%1$s = %1$s + (-30)".formatted(kind.quoted("balance")))
                .contains("\"balance\": 137");
        there.run(alarm.substring(alarm.indexOf("begin;")));
        assertThat(balance(there)).isEqualTo("107");
        settle();
        assertThat(there.left()).isEmpty();
        assertThat(balance(there)).isEqualTo("107");
    }

    private TransactionAnswer transfer(int serial, int amount) throws SQLException {
        return payments.execute(
                order(serial),
                scope -> {
                    scope.call(
                            "accounts",
                            Content.ofText("credit " + amount),
                            context ->
                                    accounts.branches()
                                            .sql(
                                                    context,
                                                    connection -> change(connection, 2, amount)));
                    scope.own(connection -> change(connection, 1, -amount));
                });
    }

    private static Content change(Connection connection, int id, int amount) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement(
                        "update account set balance = balance + ? where id = ? and balance + ? >="
                                + " 0")) {
            update.setInt(1, amount);
            update.setInt(2, id);
            update.setInt(3, amount);
            if (update.executeUpdate() != 1) {
                throw new RefusedException(OutcomeCode.INSUFFICIENT_FUNDS, "balance: too low");
            }
        }
        return Content.EMPTY;
    }

    private static Content statement(Connection connection, String sql) throws SQLException {
        TestDatabase.execute(connection, sql);
        return Content.EMPTY;
    }

    private void past(String statement) throws SQLException {
        there.past(statement);
    }

    private static TransactionOrder order(int serial) {
        return TransactionOrder.of(
                TraceNumber.of(DAY, new Slot(1), 7, serial), Content.ofText("transfer"), DAY);
    }

    private static String balance(TestDatabase database) throws SQLException {
        return database
                .rows("select balance from account where balance <> 100 order by id")
                .stream()
                .findFirst()
                .orElse("100");
    }

    private void recover() throws SQLException {
        payments.recoverNow();
        accounts.recoverNow();
    }

    private void settle() throws SQLException {
        while (!there.left().isEmpty()) {
            recover();
        }
    }

    private GlobalTransactions service(String name, TestDatabase database) throws SQLException {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(database.server().url());
        pool.setUsername(database.server().user());
        pool.setPassword(database.server().password());
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(1);
        pool.setAutoCommit(false);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        HikariDataSource source = new HikariDataSource(pool);
        GlobalTransactions service =
                ServiceSetup.of(name, source, wire)
                        .with(
                                ServiceActions.none()
                                        .with(
                                                new SqlStatements(
                                                        database.catalog(), TestDatabase.SETTINGS)))
                        .with((kind, trace, message) -> alarms.add(kind + " " + message))
                        .createTables()
                        .open();
        wire.add(service);
        opened.add(service);
        opened.add(source);
        return service;
    }
}
