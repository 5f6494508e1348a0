package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The machine of a service's database is lost while it works, and then perhaps the whole city. What
 * was answered is there on the standby that takes over, and what was begun is finished there.
 */
final class DisasterTest {
    private static final int CALLERS = 6;
    private static final int BEFORE = 60;
    private static final List<BranchKind> KINDS =
            List.of(BranchKind.TCC, BranchKind.REVERSAL, BranchKind.XA, BranchKind.MESSAGE);

    @TempDir Path folder;

    @ParameterizedTest(name = "initiator: {0}, the whole city: {1}")
    @CsvSource({"true, false", "false, true"})
    @Requirement("S.dtx-4")
    void whatWasAnsweredOutlivesTheMachineAndTheCity(boolean initiators, boolean wholeCity)
            throws Exception {
        try (TwoServices two = TwoServices.open();
                StandbyDatabase lost = new StandbyDatabase(folder);
                HikariDataSource before = lost.pool()) {
            openAccounts(before);
            Map<Long, Outcome> answered = new ConcurrentHashMap<>();
            List<Thread> callers = new ArrayList<>();
            CountDownLatch enough = new CountDownLatch(BEFORE);
            AtomicBoolean over = new AtomicBoolean();
            CountDownLatch never = new CountDownLatch(1);
            GlobalTransactions payments =
                    two.payments(two.wire, initiators ? before : two.paymentsDatabase);
            GlobalTransactions accounts =
                    two.accountsIn(initiators ? two.accountsDatabase : before);
            for (int i = 0; i < CALLERS; i++) {
                int caller = i;
                callers.add(
                        Thread.ofVirtual()
                                .start(() ->
                                        pay(caller, payments, accounts, answered, enough, over)));
            }
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
            lost.cutOff();
            boolean _ = never.await(300, TimeUnit.MILLISECONDS);
            HikariDataSource after = lost.failOver(wholeCity);
            over.set(true);
            for (Thread each : callers) {
                each.join();
            }
            payments.close();
            accounts.close();

            GlobalTransactions nextPayments =
                    two.payments(two.wire, initiators ? after : two.paymentsDatabase);
            GlobalTransactions nextAccounts =
                    two.accountsIn(initiators ? two.accountsDatabase : after);
            DataSources now =
                    initiators
                            ? new DataSources(after, two.accountsDatabase)
                            : new DataSources(two.paymentsDatabase, after);
            TwoServices.await(() -> {
                try {
                    nextPayments.recoverNow();
                    nextAccounts.recoverNow();
                    return now.unfinished() == 0;
                } catch (SQLException failed) {
                    throw new AssertionError(failed);
                }
            });

            long paid = 0;
            for (Map.Entry<Long, Outcome> each : answered.entrySet()) {
                TransactionOrder order = order(each.getKey());
                boolean committed =
                        nextPayments
                                .find(order.trace())
                                .filter(TransactionAnswer::isAccepted)
                                .isPresent();
                if (each.getValue().isAccepted()) {
                    assertThat(committed).as("accepted %s", each.getKey()).isTrue();
                } else if (each.getValue().code() != OutcomeCode.UNKNOWN) {
                    assertThat(committed).as("refused %s", each.getKey()).isFalse();
                }
                paid += committed ? 1 : 0;
            }
            assertThat(paid).isGreaterThanOrEqualTo(BEFORE / 2);
            assertThat(TwoServices.number(now.payments, "select sum(balance)::bigint from account"))
                    .isEqualTo(TwoServices.OPENING * TwoServices.ACCOUNTS - paid);
            assertThat(TwoServices.number(now.accounts, "select sum(balance)::bigint from account"))
                    .isEqualTo(TwoServices.OPENING * TwoServices.ACCOUNTS + paid);
            assertThat(TwoServices.number(now.accounts, "select sum(held)::bigint from account"))
                    .isZero();
            after.close();
        }
    }

    private record DataSources(HikariDataSource payments, HikariDataSource accounts) {
        long unfinished() throws SQLException {
            long left = 0;
            for (HikariDataSource each : List.of(payments, accounts)) {
                left +=
                        TwoServices.number(
                                each,
                                "select (select count(*) from feiqian_decision"
                                        + " where finished_at is null)"
                                        + " + (select count(*) from feiqian_branch where state = 1)"
                                        + " + (select count(*) from pg_prepared_xacts"
                                        + " where database = current_database())");
            }
            return left;
        }
    }

    private static void openAccounts(HikariDataSource database) throws SQLException {
        TwoServices.run(database, AccountActions.TABLE);
        TwoServices.run(
                database,
                "insert into account (id, balance) select id, %d from generate_series(1, %d) id"
                        .formatted(TwoServices.OPENING, TwoServices.ACCOUNTS));
    }

    private static TransactionOrder order(long serial) {
        TransactionOrder order = TwoServices.order(serial, "pay 1");
        return new TransactionOrder(
                order.trace(),
                order.content(),
                order.businessDate(),
                Optional.of(Duration.ofSeconds(2)),
                order.phaseTwo());
    }

    /**
     * Pays 1 again and again, each time by a number of its own, until the other machine took over.
     */
    private static void pay(
            int caller,
            GlobalTransactions payments,
            GlobalTransactions accounts,
            Map<Long, Outcome> answered,
            CountDownLatch enough,
            AtomicBoolean over) {
        Randomness random = Randomness.seeded(caller);
        for (int i = 0; !over.get(); i++) {
            long serial = 1_000L * (caller + 1) + i;
            BranchKind kind = KINDS.get(random.nextInt(KINDS.size()));
            Outcome outcome;
            try {
                outcome =
                        payments.execute(order(serial), transfer(accounts, kind, random)).outcome();
            } catch (SQLException | RuntimeException lost) {
                outcome = new Outcome.Unknown(String.valueOf(lost.getMessage()));
            }
            answered.put(serial, outcome);
            enough.countDown();
        }
    }

    private static TransactionBody<SQLException> transfer(
            GlobalTransactions accounts, BranchKind kind, Randomness random) {
        int payer = 1 + random.nextInt(TwoServices.ACCOUNTS);
        int payee = 1 + random.nextInt(TwoServices.ACCOUNTS);
        return scope -> {
            Content order = AccountActions.order(payee, 1);
            if (kind == BranchKind.MESSAGE) {
                scope.message("accounts", "credit-message", order);
            } else {
                var _ =
                        scope.call(
                                "accounts",
                                order,
                                context ->
                                        switch (kind) {
                                            case TCC ->
                                                    accounts.branches()
                                                            .tcc(context, "credit", order);
                                            case REVERSAL ->
                                                    accounts.branches()
                                                            .reversible(
                                                                    context,
                                                                    "credit-at-once",
                                                                    order);
                                            default ->
                                                    accounts.branches()
                                                            .xa(
                                                                    context,
                                                                    connection ->
                                                                            AccountActions.change(
                                                                                    connection,
                                                                                    payee,
                                                                                    1));
                                        });
            }
            scope.own(connection -> AccountActions.change(connection, payer, -1));
        };
    }
}
