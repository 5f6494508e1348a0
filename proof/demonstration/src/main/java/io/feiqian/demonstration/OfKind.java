package io.feiqian.demonstration;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.BranchKind;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.LocalChannel;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.participant.TransactionScope;
import io.feiqian.participant.TransactionSettings;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.sqlmode.SqlMode;
import io.feiqian.sqlmode.SqlModeSettings;
import io.feiqian.sqlmode.SqlStatements;
import io.feiqian.sqlmode.TableCatalog;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Transfers as global transactions of two services, with a branch of one kind. */
final class OfKind implements Way {
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    private static final Duration WITHIN = Duration.ofMillis(800);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int MOST_LOOKS = 600;
    private static final String PAYEES = "payees";
    private static final TransactionSettings SETTINGS =
            TransactionSettings.DEFAULT.withRecovery(Duration.ofMillis(50), Duration.ofMillis(100));

    private final BranchKind kind;
    private final String name;
    private final HikariDataSource first;
    private final HikariDataSource second;
    private final LocalChannel network = new LocalChannel();
    private final Timer timer = Timer.system("demo");
    private final GlobalTransactions payees;
    private Mortal life;
    private GlobalTransactions payers;

    OfKind(BranchKind kind, String name, Bank bank) throws SQLException {
        this.kind = kind;
        this.name = name;
        this.first = bank.payers("of_" + name);
        this.second = bank.payees("of_" + name);
        ServiceSetup setup =
                ServiceSetup.of(PAYEES, second, network).with(actions()).with(SETTINGS);
        this.payees = (kind == BranchKind.XA ? setup.withXa() : setup).createTables().open();
        network.add(payees);
        this.life = new Mortal(first, network);
        this.payers = born();
    }

    private ServiceActions actions() throws SQLException {
        ServiceActions actions =
                ServiceActions.none()
                        .with(new Credit.Reserved())
                        .with(new Credit.AtOnce())
                        .with(new Credit.ByMessage());
        if (kind != BranchKind.SQL) {
            return actions;
        }
        try (Connection connection = second.getConnection()) {
            SqlMode.install(connection);
            SqlMode.enrol(connection, "account");
            connection.commit();
            TableCatalog catalog = TableCatalog.load(connection);
            connection.rollback();
            return actions.with(new SqlStatements(catalog, SqlModeSettings.defaults()));
        }
    }

    /** The next instance of the paying service. */
    private GlobalTransactions born() throws SQLException {
        GlobalTransactions instance =
                ServiceSetup.of("payers", life, life).with(SETTINGS).createTables().open();
        network.add(instance);
        return instance;
    }

    private void dies() throws SQLException {
        life.die();
        network.remove(payers);
        payers.close();
        life = new Mortal(first, network);
        payers = born();
    }

    @Override
    public String name() {
        return name;
    }

    /** Ends the execution of an instance that is dead. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Override
    public Told transfer(int number, long payer, long payee, long amount, Fault fault)
            throws SQLException {
        TraceNumber trace = TraceNumber.of(DAY, new Slot((int) payer), 1, number);
        Content content = Credit.content(payee, amount);
        TransactionOrder order = TransactionOrder.of(trace, content, DAY).within(WITHIN);
        TransactionAnswer answer;
        try {
            answer =
                    payers.execute(
                            order,
                            scope -> {
                                branch(scope, content, fault);
                                if (fault == Fault.DIES_MIDWAY) {
                                    life.die();
                                    throw new Death();
                                }
                                scope.own(connection -> {
                                    Bank.add(connection, payer, -amount);
                                    return Content.EMPTY;
                                });
                            });
        } catch (Death _) {
            dies();
            return Told.NOTHING;
        }
        if (fault == Fault.DIES_AT_THE_END) {
            dies();
            return Told.NOTHING;
        }
        return switch (answer.outcome()) {
            case Outcome.Accepted _ -> Told.DONE;
            case Outcome.Refused _ -> Told.NOT_DONE;
            case Outcome.Unknown _ -> Told.NOTHING;
        };
    }

    private void branch(TransactionScope scope, Content content, Fault fault) throws SQLException {
        if (kind == BranchKind.MESSAGE) {
            scope.message(PAYEES, Credit.NAME, content);
            return;
        }
        var _ =
                scope.call(
                        PAYEES,
                        content,
                        context -> {
                            if (fault == Fault.REQUEST_LOST) {
                                return unheard();
                            }
                            BranchAnswer answer = call(context, content);
                            return fault == Fault.ANSWER_LOST ? unheard() : answer;
                        });
    }

    private static BranchAnswer unheard() {
        return new BranchAnswer(new Outcome.Unknown("no answer"), Content.EMPTY, false);
    }

    private BranchAnswer call(BranchContext context, Content content) throws SQLException {
        return switch (kind) {
            case TCC -> payees.branches().tcc(context, Credit.NAME, content);
            case REVERSAL -> payees.branches().reversible(context, Credit.NAME, content);
            case SQL ->
                    payees.branches()
                            .sql(context, connection -> Credit.post(connection, content, 1));
            case XA ->
                    payees.branches()
                            .xa(context, connection -> Credit.post(connection, content, 1));
            case MESSAGE, REVERSED, NONE ->
                    throw new IllegalStateException(
                            "kind: " + kind + " (expected: one with a try)");
        };
    }

    @Override
    public long settle() throws SQLException, InterruptedException {
        long left = left();
        for (int i = 0; i < MOST_LOOKS && left > 0; i++) {
            payers.recoverNow();
            payees.recoverNow();
            timer.pause(LOOK);
            left = left();
        }
        return left;
    }

    private long left() throws SQLException {
        return Bank.number(first, "select count(*) from feiqian_decision where finished_at is null")
                + Bank.number(second, "select count(*) from feiqian_branch where state = 1")
                + Bank.number(second, "select count(*) from account where held <> 0")
                + Bank.number(second, "select count(*) from pg_prepared_xacts");
    }

    @Override
    public long payersGained() throws SQLException {
        return Bank.gained(first);
    }

    @Override
    public long payeesGained() throws SQLException {
        return Bank.gained(second);
    }

    @Override
    public void close() {
        payers.close();
        payees.close();
        timer.close();
        first.close();
        second.close();
    }
}
