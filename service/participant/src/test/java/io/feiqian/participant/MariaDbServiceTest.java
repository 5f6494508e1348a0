package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.mariadb.EmbeddedMariaDb;
import io.feiqian.mariadb.TemporaryMariaDb;
import io.feiqian.participant.Databases.Product;
import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.Requirement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What only MariaDB asks for: its crashes, its sessions' prepared transactions, its settings. */
final class MariaDbServiceTest {
    private static final long PAYER = 1;
    private static final long PAYEE = 2;

    @Test
    @Requirement("D7.1-a")
    void whatWasTriedOutlivesAKilledDatabaseAndIsFinished() throws SQLException {
        EmbeddedMariaDb server = EmbeddedMariaDb.temporary();
        ServiceDatabase killed = ServiceDatabase.on(TemporaryMariaDb.on(server, "accounts"));
        try (TwoServices two =
                TwoServices.open(ServiceDatabase.payments(Product.POSTGRESQL), killed)) {
            GlobalTransactions dying = two.payments(TwoServices.silence());
            GlobalTransactions accounts = two.accounts();
            TransactionAnswer decided =
                    dying.execute(
                            two.order("both kinds"),
                            scope -> {
                                scope.call("accounts", content(10), tcc(accounts));
                                scope.call("accounts", content(5), xa(accounts));
                                scope.own(connection ->
                                        AccountActions.change(connection, PAYER, -15));
                            });
            // Its initiator died before it could decide.
            BranchContext undecided = context(two.order("undecided"), 4, 2_000);
            assertThat(xa(accounts, 3).with(undecided).isAccepted()).isTrue();
            dying.close();

            server.kill();
            try (EmbeddedMariaDb again = EmbeddedMariaDb.start(server.config())) {
                GlobalTransactions payments = two.payments();
                TwoServices.await(() -> {
                    try {
                        payments.recoverNow();
                        accounts.recoverNow();
                        return two.unfinished() == 0;
                    } catch (SQLException notYet) {
                        return false;
                    }
                });

                assertThat(again.isAlive()).isTrue();
                assertThat(decided.isAccepted()).isTrue();
                assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_015);
                assertThat(two.balance(two.accountsDatabase, 3)).isEqualTo(1_000);
                assertThat(two.held()).isZero();
                assertThat(two.money()).isEqualTo(2 * TwoServices.ACCOUNTS * TwoServices.OPENING);
                two.accountsDatabase.close();
            }
        }
    }

    /** As the database does to the victim of a deadlock, whose error the work then catches. */
    @Test
    void whereTheDatabaseRolledTheWorkBackNothingIsRecordedOfIt() throws SQLException {
        try (TwoServices two = TwoServices.open(Databases.MARIADB)) {
            GlobalTransactions payments = two.payments();
            GlobalTransactions accounts = two.accounts();
            BranchWork rolledBack =
                    connection -> {
                        AccountActions.change(connection, PAYEE, -10);
                        MariaDialect.run(connection, "rollback");
                        return Content.EMPTY;
                    };

            TransactionAnswer own =
                    payments.execute(
                            two.order("own share"),
                            scope -> {
                                scope.message("accounts", "credit-message", content(10));
                                scope.own(rolledBack);
                            });
            assertThat(own.isAccepted()).isFalse();

            ServiceActions losing =
                    ServiceActions.none()
                            .with(
                                    new ReversibleAction() {
                                        @Override
                                        public String name() {
                                            return "loses";
                                        }

                                        @Override
                                        public Content forward(
                                                Connection connection, BranchCall call)
                                                throws SQLException {
                                            return rolledBack.run(connection);
                                        }

                                        @Override
                                        public void reverse(
                                                Connection connection, BranchCall call) {}
                                    });
            accounts.close();
            GlobalTransactions others = two.accounts(losing);
            TransactionAnswer branch =
                    payments.execute(
                            two.order("a branch"),
                            scope ->
                                    scope.call(
                                            "accounts",
                                            content(10),
                                            context ->
                                                    others.branches()
                                                            .reversible(
                                                                    context,
                                                                    "loses",
                                                                    content(10))));
            assertThat(branch.isAccepted()).isFalse();
            two.settle(payments, others);
            assertThat(two.money()).isEqualTo(2 * TwoServices.ACCOUNTS * TwoServices.OPENING);
        }
    }

    @Test
    void whatWasNotPreparedGoesWithItsSession() throws SQLException {
        try (TwoServices two = TwoServices.open(Databases.MARIADB)) {
            two.payments();
            GlobalTransactions accounts = two.accounts();
            BranchContext context = context(two.order("killed"), 1, 10_000);

            assertThatThrownBy(() ->
                            accounts.branches()
                                    .xa(
                                            context,
                                            connection -> {
                                                AccountActions.change(connection, PAYEE, 10);
                                                MariaDialect.run(
                                                        connection, "kill connection_id()");
                                                return Content.EMPTY;
                                            }))
                    .isInstanceOf(SQLException.class);

            assertThat(two.unfinished()).isZero();
            assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
            assertThat(xa(accounts, PAYEE).with(context).isAccepted()).isTrue();
            assertThat(two.unfinished()).isEqualTo(1);
        }
    }

    @Test
    @Requirement("D7.1-a")
    void whatALivingSessionPreparedIsNeverSaidToBeUnknown() throws SQLException {
        try (TwoServices two = TwoServices.open(Databases.MARIADB)) {
            two.payments();
            GlobalTransactions accounts = two.accounts();
            BranchContext context = context(two.order("lives"), 9, 10_000);
            FinishOrder confirm = order(Verb.CONFIRM, context);
            try (Connection living = session(two.accountsDatabase)) {
                String name = prepared(living, context);

                FinishReport early = accounts.finish(List.of(confirm)).get(0);

                assertThat(early.outcome().isAccepted()).isFalse();
                assertThat(early.needsOperator()).isFalse();
                assertThat(two.alarms).isEmpty();
                assertThat(two.unfinished()).isEqualTo(1);
                MariaDialect.run(living, "xa rollback " + name);
                prepared(living, context);
                living.abort(Runnable::run);
            }

            TwoServices.await(
                    () -> accounts.finish(List.of(confirm)).get(0).outcome().isAccepted());
            assertThat(two.unfinished()).isZero();
            assertThat(two.alarms).isEmpty();
        }
    }

    /** A session of no pool. */
    private static Connection session(HikariDataSource pool) throws SQLException {
        Connection session =
                DriverManager.getConnection(
                        pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
        session.setAutoCommit(false);
        return session;
    }

    /** Writes the branch's row in a transaction that the session prepares and keeps. */
    private static String prepared(Connection connection, BranchContext context)
            throws SQLException {
        connection.rollback();
        Dialect dialect = Dialect.of(connection);
        String schema = MariaDialect.text(connection, "select database()");
        connection.rollback();
        PreparedName name =
                new PreparedName(
                        context.key(),
                        context.initiator(),
                        context.digest(),
                        context.businessDate().number(),
                        1_800_000_000_000L);
        String xid = XaName.of(name, XaName.database(schema)).text();
        MariaDialect.run(connection, "xa start " + xid);
        BranchRow row = BranchRow.planted(order(Verb.CONFIRM, context));
        new BranchTable(dialect).insert(connection, row.in(BranchState.CONFIRMED), 0, false);
        MariaDialect.run(connection, "xa end " + xid);
        MariaDialect.run(connection, "xa prepare " + xid);
        return xid;
    }

    @Test
    void servicesOfOneServerDoNotSettleEachOthersPreparedTransactions() throws SQLException {
        try (TwoServices two = TwoServices.open(Databases.MARIADB)) {
            GlobalTransactions payments = two.payments();
            SettableClock clock = new SettableClock(Clock.system().now());
            GlobalTransactions accounts = two.accounts(clock);
            BranchContext context = context(two.order("one server"), 9, 1_000);
            assertThat(xa(accounts, PAYEE).with(context).isAccepted()).isTrue();

            assertThat(two.paymentsAt.prepared()).isZero();
            assertThat(payments.recoverNow()).isZero();
            assertThat(two.accountsAt.prepared()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(2));
            two.settle(accounts);
            assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
        }
    }

    @Test
    void aNameIsReadBackAsItWasWritten() {
        for (long decideBy : new long[] {0, 1_782_864_000_000L, (1L << 48) - 1}) {
            PreparedName name =
                    new PreparedName(
                            new BranchKey(TwoServices.order(7, "").trace(), 3, 62),
                            "a".repeat(ServiceName.LONGEST),
                            -5,
                            20_260_701,
                            decideBy);
            XaName xa = XaName.of(name, 77);

            assertThat(xa.gtrid()).hasSizeLessThanOrEqualTo(64);
            assertThat(xa.parse(77)).contains(name);
            assertThat(xa.parse(78)).isEmpty();
        }
        assertThat(new XaName("somebody else's", "x").parse(77)).isEmpty();
    }

    @Test
    void anotherIsolationIsRefusedAtTheStart() {
        assertThatThrownBy(() ->
                        opened(pool -> pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected: READ COMMITTED")
                .hasMessageContaining("the pool sets it");
    }

    @Test
    void modesThatCutValuesShortAreRefusedAtTheStart() {
        assertThatThrownBy(() -> opened(pool -> pool.setConnectionInitSql("set sql_mode = ''")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected: STRICT_TRANS_TABLES");
    }

    @Test
    void waitsThatAreTooLongAreRefusedWithXa() {
        assertThatThrownBy(() ->
                        opened(pool ->
                                pool.setConnectionInitSql("set innodb_lock_wait_timeout = 600")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("innodb_lock_wait_timeout: 600 (expected: at most 60 s");
    }

    @Test
    void tablesThatCannotBeRolledBackAreRefusedAtTheStart() throws SQLException {
        try (TwoServices two = TwoServices.open(Databases.MARIADB)) {
            two.accounts();
            TwoServices.run(two.accountsDatabase, "alter table feiqian_answer engine = Aria");

            assertThatThrownBy(two::accounts)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("engine: feiqian_answer is Aria (expected: InnoDB");
        }
    }

    @Test
    void commitsThatACrashTakesAreRefusedAtTheStart() throws SQLException {
        try (EmbeddedMariaDb careless =
                EmbeddedMariaDb.temporary(Map.of("innodb-flush-log-at-trx-commit", "2"))) {
            ServiceDatabase database =
                    ServiceDatabase.on(TemporaryMariaDb.on(careless, "accounts"));
            try (HikariDataSource pool = database.pool()) {
                assertThatThrownBy(
                                () -> ServiceSetup.of("accounts", pool, new LocalChannel()).open())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("innodb_flush_log_at_trx_commit: 2 (expected: 1");
            }
        }
    }

    private static void opened(Consumer<HikariConfig> change) throws SQLException {
        ServiceDatabase database = ServiceDatabase.accounts(Product.MARIADB);
        database.empty();
        try (HikariDataSource pool =
                database.pool(other -> {
                    other.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
                    change.accept(other);
                })) {
            ServiceSetup.of("accounts", pool, new LocalChannel()).withXa().open();
        }
    }

    @Test
    void aRowIsLockedByItsKeyAloneHoweverSmallTheTable() throws SQLException {
        try (TwoServices two = TwoServices.open(Databases.MARIADB)) {
            two.payments();
            GlobalTransactions accounts = two.accounts();
            BranchContext one = context(two.order("one"), 1, 10_000);
            BranchContext other = context(two.order("other"), 1, 10_000);
            accounts.branches().tcc(one, "credit", content(1));
            accounts.branches().tcc(other, "credit", content(1));
            try (Connection holds = two.accountsDatabase.getConnection();
                    Statement lock = holds.createStatement()) {
                lock.execute(
                        "select * from feiqian_branch where trace_serial = %d for update"
                                .formatted(other.key().trace().serial()));

                assertThat(accounts.finish(List.of(order(Verb.CONFIRM, one))).get(0).outcome())
                        .isEqualTo(Outcome.accepted());

                holds.rollback();
            }
        }
    }

    private static Content content(long amount) {
        return AccountActions.order(PAYEE, amount);
    }

    private static TransactionScope.Call<SQLException> tcc(GlobalTransactions accounts) {
        return context -> accounts.branches().tcc(context, "credit", content(10));
    }

    private static TransactionScope.Call<SQLException> xa(GlobalTransactions accounts) {
        return xa(accounts, PAYEE);
    }

    private static TransactionScope.Call<SQLException> xa(GlobalTransactions accounts, long payee) {
        return context ->
                accounts.branches()
                        .xa(context, connection -> AccountActions.change(connection, payee, 5));
    }

    private static BranchContext context(TransactionOrder order, long digest, long millis) {
        return new BranchContext(
                new BranchKey(order.trace(), 1, 1),
                "payments",
                digest,
                TwoServices.DAY,
                Duration.ofMillis(millis));
    }

    private static FinishOrder order(Verb verb, BranchContext context) {
        return FinishOrder.of(
                verb, context.key(), context.initiator(), context.digest(), context.businessDate());
    }
}
