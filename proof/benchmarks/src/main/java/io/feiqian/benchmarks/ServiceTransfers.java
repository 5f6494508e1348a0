package io.feiqian.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchCall;
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
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.sqlmode.SqlMode;
import io.feiqian.sqlmode.SqlModeSettings;
import io.feiqian.sqlmode.SqlStatements;
import io.feiqian.sqlmode.TableCatalog;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Transfers between two services with a database each, as global transactions with a branch of one
 * kind; the business is unbatched user code. Callers are answered at the decision; phase two runs
 * behind and keeps up, since no more than some hundreds may wait for it.
 */
final class ServiceTransfers implements Variant {
    private static final BusinessDate DAY =
            new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
    private static final int MOST_BEHIND = 192;
    private static final Duration LOOK = Duration.ofMillis(2);
    private static final Duration SETTLING = Duration.ofSeconds(60);
    private static final String ACTION = "credit";
    private static final String PAYEES = "payees";

    private final String name;
    private final BranchKind kind;
    private final HikariDataSource first;
    private final HikariDataSource second;
    private final Timer timer = Timer.system("bench-services");
    private final Map<String, Long> refused = new ConcurrentHashMap<>();
    private final GlobalTransactions payers;
    private final GlobalTransactions payees;

    ServiceTransfers(
            BranchKind kind,
            String name,
            BenchDatabase payers,
            BenchDatabase payees,
            int connections)
            throws SQLException {
        this.kind = kind;
        this.name = name;
        this.first = PlainAccounts.pool(payers, name, connections);
        this.second = PlainAccounts.pool(payees, name, connections);
        LocalChannel channel = new LocalChannel();
        this.payers = ServiceSetup.of("payers", first, channel).createTables().open();
        ServiceSetup setup = ServiceSetup.of(PAYEES, second, channel).with(actions(kind, second));
        this.payees = (kind == BranchKind.XA ? setup.withXa() : setup).createTables().open();
        channel.add(this.payers);
        channel.add(this.payees);
    }

    /** Fills the tables of a variant with transactions that were finished an hour ago. */
    static void age(BenchDatabase payers, BenchDatabase payees, String name, int count)
            throws SQLException {
        String schema = PlainAccounts.schema(name);
        long head = TraceNumber.of(DAY, new Slot(1), 2, 0).head();
        String ago = "(extract(epoch from clock_timestamp()) * 1000)::bigint - 3600000";
        for (BenchDatabase each : List.of(payers, payees)) {
            each.run("set search_path to " + schema + ";" + ServiceSetup.tables());
        }
        payers.run(
                """
                insert into feiqian_decision (trace_head, trace_serial, digest, decided_at,
                    acknowledged, finished_at, attempt, business_date, state, outcome, message,
                    branches, answer)
                select %1$d, n, n, %2$s, 2, %2$s, 1, %3$d, 1, 0, '',
                    decode(repeat('00', 60), 'hex'), '' from generate_series(1, %4$d) as n;
                analyze feiqian_decision; set search_path to public\
                """
                        .formatted(head, ago, DAY.number(), count));
        payees.run(
                """
                insert into feiqian_branch (trace_head, trace_serial, digest, decide_by,
                    finished_at, attempt, business_date, branch, kind, state, outcome, initiator,
                    action, message, content, answer)
                select %1$d, n, n, %2$s, %2$s, 1, %3$d, 1, %5$d, 2, 0, 'payers', 'credit', '',
                    decode(repeat('00', 24), 'hex'), '' from generate_series(1, %4$d) as n;
                analyze feiqian_branch; set search_path to public\
                """
                        .formatted(head, ago, DAY.number(), count, BranchKind.TCC.number()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean run(int payer, int payee, long number)
            throws SQLException, InterruptedException {
        while (payers.unfinished() > MOST_BEHIND) {
            timer.pause(LOOK);
        }
        long amount = 1 + number % 100;
        Content content = content(number, payee, amount);
        TraceNumber trace = TraceNumber.of(DAY, new Slot(payer % Slot.COUNT), 1, number);
        TransactionAnswer answer =
                payers.execute(
                        TransactionOrder.of(trace, content, DAY),
                        scope -> {
                            branch(scope, content);
                            scope.own(connection -> {
                                PlainAccounts.post(connection, number, payer, -amount);
                                return Content.EMPTY;
                            });
                        });
        if (!answer.isAccepted()) {
            refused.merge(answer.outcome().code().name(), 1L, Long::sum);
        }
        return answer.isAccepted();
    }

    /** How many were not accepted, by their codes. */
    Map<String, Long> refused() {
        return new TreeMap<>(refused);
    }

    /** Waits until nothing is unfinished; refuses where that never comes. */
    void settle() throws InterruptedException {
        Clock clock = Clock.system();
        long until = clock.nanos() + SETTLING.toNanos();
        while (payers.unfinished() > 0) {
            if (clock.nanos() - until > 0) {
                throw new IllegalStateException(
                        "unfinished: " + payers.unfinished() + " (expected: none)");
            }
            timer.pause(LOOK);
        }
    }

    @Override
    public void close() {
        payers.close();
        payees.close();
        timer.close();
        first.close();
        second.close();
    }

    private void branch(TransactionScope scope, Content content) throws SQLException {
        if (kind == BranchKind.MESSAGE) {
            scope.message(PAYEES, ACTION, content);
        } else {
            var _ = scope.call(PAYEES, content, context -> call(context, content));
        }
    }

    private BranchAnswer call(BranchContext context, Content content) throws SQLException {
        return switch (kind) {
            case TCC -> payees.branches().tcc(context, ACTION, content);
            case REVERSAL -> payees.branches().reversible(context, ACTION, content);
            case XA -> payees.branches().xa(context, connection -> post(connection, content, 1));
            case SQL -> payees.branches().sql(context, connection -> post(connection, content, 1));
            case MESSAGE, REVERSED, NONE ->
                    throw new IllegalStateException(
                            "kind: " + kind + " (expected: one with a try)");
        };
    }

    private static Content content(long number, long account, long amount) {
        return Content.of(
                ByteBuffer.allocate(3 * Long.BYTES)
                        .putLong(number)
                        .putLong(account)
                        .putLong(amount)
                        .array());
    }

    private static Content post(Connection connection, Content content, int sign)
            throws SQLException {
        ByteBuffer order = content.buffer();
        long number = order.getLong();
        long account = order.getLong();
        PlainAccounts.post(connection, sign * number, account, sign * order.getLong());
        return Content.EMPTY;
    }

    private static ServiceActions actions(BranchKind kind, HikariDataSource database)
            throws SQLException {
        ServiceActions actions =
                ServiceActions.none()
                        .with(new Credit())
                        .with(new CreditAtOnce())
                        .with(new CreditMessage());
        if (kind != BranchKind.SQL) {
            return actions;
        }
        try (Connection connection = database.getConnection()) {
            SqlMode.install(connection);
            SqlMode.enrol(connection, "account");
            SqlMode.enrol(connection, "journal");
            connection.commit();
            TableCatalog catalog = TableCatalog.load(connection);
            connection.rollback();
            return actions.with(new SqlStatements(catalog, SqlModeSettings.defaults()));
        }
    }

    private static final class Credit implements TccAction {
        @Override
        public String name() {
            return ACTION;
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            ByteBuffer order = call.content().buffer();
            PlainAccounts.hold(
                    connection, order.getLong(Long.BYTES), order.getLong(2 * Long.BYTES));
            return Content.EMPTY;
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            ByteBuffer order = call.content().buffer();
            PlainAccounts.capture(connection, order.getLong(), order.getLong(), order.getLong());
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            ByteBuffer order = call.content().buffer();
            PlainAccounts.hold(
                    connection, order.getLong(Long.BYTES), -order.getLong(2 * Long.BYTES));
        }
    }

    private static final class CreditAtOnce implements ReversibleAction {
        @Override
        public String name() {
            return ACTION;
        }

        @Override
        public Content forward(Connection connection, BranchCall call) throws SQLException {
            return post(connection, call.content(), 1);
        }

        @Override
        public void reverse(Connection connection, BranchCall call) throws SQLException {
            var _ = post(connection, call.content(), -1);
        }
    }

    private static final class CreditMessage implements MessageAction {
        @Override
        public String name() {
            return ACTION;
        }

        @Override
        public void take(Connection connection, BranchCall message) throws SQLException {
            var _ = post(connection, message.content(), 1);
        }
    }
}
