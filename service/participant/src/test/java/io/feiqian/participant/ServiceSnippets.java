package io.feiqian.participant;

import io.feiqian.participant.spi.ReversibleAction;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.participant.spi.TccAction;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * What {@code docs/services.md} shows, so that the build compiles it; {@code ServicesPageTest}
 * holds the page to this file and runs it.
 */
final class ServiceSnippets {
    private ServiceSnippets() {}

    static void run(Connection connection, String sql, long amount, long account)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, amount);
            statement.setLong(2, account);
            if (statement.executeUpdate() != 1) {
                throw new RefusedException(
                        OutcomeCode.INSUFFICIENT_FUNDS, "account " + account + ": not enough");
            }
        }
    }

    static final class AnnounceCredit implements TccAction {
        @Override
        public String name() {
            return "credit";
        }

        @Override
        public Content attempt(Connection connection, BranchCall call) throws SQLException {
            Order order = Order.read(call.content());
            run(
                    connection,
                    "update account set held = held + ? where id = ?",
                    order.amount(),
                    order.account());
            return Content.EMPTY;
        }

        @Override
        public void confirm(Connection connection, BranchCall call) throws SQLException {
            Order order = Order.read(call.content());
            run(
                    connection,
                    "update account set held = held - ? where id = ?",
                    order.amount(),
                    order.account());
            run(
                    connection,
                    "update account set balance = balance + ? where id = ?",
                    order.amount(),
                    order.account());
        }

        @Override
        public void cancel(Connection connection, BranchCall call) throws SQLException {
            Order order = Order.read(call.content());
            run(
                    connection,
                    "update account set held = held - ? where id = ?",
                    order.amount(),
                    order.account());
        }
    }

    record Order(long account, long amount) {
        static Order read(Content content) {
            String[] fields = content.text().split(":", 2);
            return new Order(Long.parseLong(fields[0]), Long.parseLong(fields[1]));
        }
    }

    static final class CreditAtOnce implements ReversibleAction {
        @Override
        public String name() {
            return "credit-at-once";
        }

        @Override
        public Content forward(Connection connection, BranchCall call) throws SQLException {
            Order order = Order.read(call.content());
            run(
                    connection,
                    "update account set balance = balance + ? where id = ?",
                    order.amount(),
                    order.account());
            return Content.EMPTY;
        }

        @Override
        public void reverse(Connection connection, BranchCall call) throws SQLException {
            Order order = Order.read(call.content());
            run(
                    connection,
                    "update account set balance = balance - ? where id = ?",
                    order.amount(),
                    order.account());
        }
    }

    static GlobalTransactions open(DataSource database, ServiceChannel channel)
            throws SQLException {
        GlobalTransactions accounts =
                ServiceSetup.of("accounts", database, channel)
                        .with(
                                ServiceActions.none()
                                        .with(new AnnounceCredit())
                                        .with(new CreditAtOnce()))
                        .createTables()
                        .open();
        accounts.start();
        return accounts;
    }

    static HttpChannel channel(Function<String, URI> addresses, Path keyFile) {
        ContextKeys keys = ContextKeys.in(keyFile, Clock.system());
        HttpChannel channel =
                new HttpChannel(HttpClient.newHttpClient(), addresses, keys, Duration.ofSeconds(5));
        return channel;
    }

    /** How a caller reaches the other service's own interface. */
    interface AccountsClient {
        BranchAnswer credit(String header, Content order);
    }

    static TransactionAnswer transfer(
            GlobalTransactions payments,
            AccountsClient client,
            ContextKeys keys,
            TraceNumber trace,
            BusinessDate day,
            long payer,
            Content order,
            long amount)
            throws SQLException {
        TransactionAnswer answer =
                payments.execute(
                        TransactionOrder.of(trace, order, day),
                        scope -> {
                            scope.call(
                                    "accounts",
                                    order,
                                    context ->
                                            client.credit(
                                                    ContextHeader.write(context, keys), order));
                            scope.own(connection -> {
                                run(
                                        connection,
                                        "update account set balance = balance - ? where id = ?"
                                                + " and balance >= "
                                                + amount,
                                        amount,
                                        payer);
                                return Content.ofText("paid");
                            });
                        });
        return answer;
    }

    static BranchAnswer join(
            GlobalTransactions accounts, ContextKeys keys, String header, Content order)
            throws SQLException {
        BranchContext context = ContextHeader.read(header, keys);
        BranchAnswer answer = accounts.branches().tcc(context, "credit", order);
        return answer;
    }

    static void others(
            GlobalTransactions accounts,
            TransactionScope scope,
            BranchContext context,
            Content order,
            BranchWork work)
            throws SQLException {
        accounts.branches().reversible(context, "credit-at-once", order);
        accounts.branches().sql(context, work);
        accounts.branches().xa(context, work);
        scope.message("notices", "payment-made", order);
    }

    static TransactionAnswer takeBack(
            GlobalTransactions payments, TraceNumber earlier, TransactionOrder order)
            throws SQLException {
        List<SentMessage> sent = payments.sentMessages(earlier);
        TransactionAnswer answer = payments.execute(order, scope -> sent.forEach(scope::reverse));
        return answer;
    }

    static BranchAnswer once(
            DataSource database, TraceNumber trace, Content request, long account, long amount)
            throws SQLException {
        Once once = Once.over(database);
        BranchAnswer answer =
                once.answer(
                        trace,
                        new SubNumber(1),
                        request,
                        Duration.ofSeconds(5),
                        connection -> {
                            run(
                                    connection,
                                    "update account set balance = balance + ? where id = ?",
                                    amount,
                                    account);
                            return Content.ofText("credited");
                        });
        return answer;
    }

    interface Points {
        @Idempotent("points-credit")
        Receipt credit(TraceNumber trace, SubNumber sub, long account, BigDecimal amount);
    }

    record Receipt(long account, BigDecimal credited) {}

    record PointsBook(Connection connection) implements Points {
        @Override
        public Receipt credit(TraceNumber trace, SubNumber sub, long account, BigDecimal amount) {
            return new Receipt(account, amount);
        }
    }

    static Receipt marked(DataSource database, TraceNumber trace, long account, BigDecimal amount) {
        Points points = Once.over(database).answering(Points.class, PointsBook::new);
        Receipt receipt = points.credit(trace, new SubNumber(1), account, amount);
        return receipt;
    }

    static HttpEndpoint operated(
            GlobalTransactions accounts, ContextKeys keys, ContextKeys operatorKeys) {
        HttpEndpoint endpoint = new HttpEndpoint(accounts, keys).withOperators(operatorKeys);
        return endpoint;
    }
}
