package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.Requirement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transfers of mixed kinds while answers are lost, messages come twice, bodies break, deadlines
 * pass and instances die: in the end every account has exactly what the accepted transfers gave it.
 */
@ParameterizedClass
@EnumSource(Databases.class)
final class FaultyServicesTest {
    private final Databases databases;

    FaultyServicesTest(Databases databases) {
        this.databases = databases;
    }

    private static final int CALLERS = 6;
    private static final int TRANSFERS = 15;
    private static final List<BranchKind> KINDS =
            List.of(BranchKind.TCC, BranchKind.REVERSAL, BranchKind.XA, BranchKind.MESSAGE);

    /** One transfer that its caller was told is decided. */
    private record Accepted(long payer, long payee, long amount) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    @Requirement({"P6.3.2-a", "D7.1-0", "M6.5-1", "S.dtx"})
    void moneyIsExactWhateverHappensOnTheWay(long seed) throws Exception {
        try (TwoServices two = TwoServices.open(databases)) {
            GlobalTransactions accounts = two.accounts();
            GlobalTransactions dying = two.payments(new Unreliable(two.wire, seed));
            GlobalTransactions payments = two.payments(new Unreliable(two.wire, seed + 100));
            ConcurrentLinkedQueue<Accepted> accepted = new ConcurrentLinkedQueue<>();
            List<Callable<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                GlobalTransactions used = i % 2 == 0 ? dying : payments;
                Randomness random = Randomness.seeded(seed * 1_000 + i);
                callers.add(() -> call(two, used, accounts, random, accepted));
            }
            int unanswered = 0;
            for (Future<Integer> each : two.executor.invokeAll(callers)) {
                unanswered += each.get();
            }
            dying.close();

            two.settle(payments, accounts);

            assertThat(unanswered).as("unknown outcomes").isZero();
            assertThat(accepted).hasSizeGreaterThan(CALLERS * TRANSFERS / 5);
            long[] payers = new long[TwoServices.ACCOUNTS + 1];
            long[] payees = new long[TwoServices.ACCOUNTS + 1];
            accepted.forEach(each -> {
                payers[(int) each.payer] -= each.amount;
                payees[(int) each.payee] += each.amount;
            });
            for (int account = 1; account <= TwoServices.ACCOUNTS; account++) {
                assertThat(two.balance(two.paymentsDatabase, account))
                        .as("seed %d, payer %d", seed, account)
                        .isEqualTo(TwoServices.OPENING + payers[account]);
                assertThat(two.balance(two.accountsDatabase, account))
                        .as("seed %d, payee %d", seed, account)
                        .isEqualTo(TwoServices.OPENING + payees[account]);
            }
            assertThat(two.held()).isZero();
            assertThat(two.alarms).noneMatch(alarm -> alarm.startsWith("CONTRADICTION"));
        }
    }

    /** How many outcomes stayed unknown. */
    private static int call(
            TwoServices two,
            GlobalTransactions payments,
            GlobalTransactions accounts,
            Randomness random,
            ConcurrentLinkedQueue<Accepted> accepted)
            throws SQLException {
        int unknown = 0;
        for (int i = 0; i < TRANSFERS; i++) {
            TransactionOrder order = two.order("transfer").within(Duration.ofSeconds(5));
            long payer = 1L + random.nextInt(TwoServices.ACCOUNTS);
            long payee = 1L + random.nextInt(TwoServices.ACCOUNTS);
            long amount = 1L + random.nextInt(60);
            int legs = 1 + random.nextInt(3);
            boolean told = false;
            // A repeated trace number with the same content, as clients do.
            for (int repeat = random.nextInt(2); repeat >= 0; repeat--) {
                TransactionAnswer answer;
                try {
                    answer =
                            payments.execute(
                                    order,
                                    scope -> {
                                        for (int leg = 0; leg < legs; leg++) {
                                            leg(scope, accounts, random, payee, amount, leg);
                                        }
                                        scope.own(connection ->
                                                AccountActions.change(
                                                        connection, payer, -amount * legs));
                                    });
                } catch (IllegalStateException broken) {
                    continue;
                }
                switch (answer.outcome().code().kind()) {
                    case ACCEPTED -> {
                        if (!told) {
                            told = true;
                            accepted.add(new Accepted(payer, payee, amount * legs));
                        }
                    }
                    case UNKNOWN -> unknown++;
                    default -> {}
                }
            }
        }
        return unknown;
    }

    private static void leg(
            TransactionScope scope,
            GlobalTransactions accounts,
            Randomness random,
            long payee,
            long amount,
            int leg)
            throws SQLException {
        Content order = AccountActions.order(payee, amount);
        // The same kind whenever the same branch is tried again.
        BranchKind kind = KINDS.get((int) ((scope.trace().serial() + leg) % KINDS.size()));
        if (kind == BranchKind.MESSAGE) {
            scope.message("accounts", "credit-message", order);
            return;
        }
        scope.call(
                "accounts",
                order,
                context -> {
                    BranchContext hurried = random.nextInt(10) == 0 ? hurried(context) : context;
                    BranchAnswer answer =
                            switch (kind) {
                                case TCC -> accounts.branches().tcc(hurried, "credit", order);
                                case REVERSAL ->
                                        accounts.branches()
                                                .reversible(hurried, "credit-at-once", order);
                                default ->
                                        accounts.branches()
                                                .xa(
                                                        hurried,
                                                        connection ->
                                                                AccountActions.change(
                                                                        connection, payee, amount));
                            };
                    return random.nextInt(12) == 0 ? BranchAnswer.unknown("lost") : answer;
                });
        if (random.nextInt(15) == 0) {
            throw new IllegalStateException("the body breaks");
        }
    }

    /** Its branch is soon overdue, and asks while its initiator is at work. */
    private static BranchContext hurried(BranchContext context) {
        return new BranchContext(
                context.key(),
                context.initiator(),
                context.digest(),
                context.businessDate(),
                Duration.ofMillis(30));
    }

    /** Loses orders and reports, and repeats them. */
    private static final class Unreliable implements ServiceChannel {
        private final LocalChannel wire;
        private final Randomness random;

        Unreliable(LocalChannel wire, long seed) {
            this.wire = wire;
            this.random = Randomness.seeded(seed);
        }

        private synchronized int roll() {
            return random.nextInt(100);
        }

        @Override
        public CompletionStage<List<FinishReport>> finish(
                String service, List<FinishOrder> orders) {
            int fate = roll();
            if (fate < 20) {
                return CompletableFuture.failedFuture(new IllegalStateException("lost"));
            }
            if (fate < 35) {
                CompletionStage<List<FinishReport>> unheard = wire.finish(service, orders);
                return unheard.thenCompose(done ->
                        CompletableFuture.failedFuture(new IllegalStateException("reply lost")));
            }
            if (fate < 50) {
                var _ = wire.finish(service, orders);
            }
            return wire.finish(service, orders);
        }

        @Override
        public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
            return wire.inquire(initiator, inquiry);
        }
    }
}
