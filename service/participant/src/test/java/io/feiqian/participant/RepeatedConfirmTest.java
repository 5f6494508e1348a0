package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.spi.ServiceChannel;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Orders of phase two that were sent more than once and come when everything is over. */
@ParameterizedClass
@EnumSource(Databases.class)
final class RepeatedConfirmTest {
    private static final long PAYER = 1;
    private static final long PAYEE = 2;

    private final Databases databases;
    private TwoServices two;

    RepeatedConfirmTest(Databases databases) {
        this.databases = databases;
    }

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
    }

    @AfterEach
    void close() {
        two.close();
    }

    /**
     * The confirm comes when the transaction ended long ago by another instance's confirm, and
     * after its try was repeated: only the branch's row tells it from the first, and is kept for as
     * long as the trace number is recognised (cleaning).
     */
    @Test
    void aConfirmThatComesOnceMoreAfterAllIsCleanedCreditsNothing() throws SQLException {
        HeldBack wire = new HeldBack(two.wire);
        GlobalTransactions payments = two.payments(wire);
        GlobalTransactions accounts = two.accounts();
        Content content = AccountActions.order(PAYEE, 10);
        TransactionOrder order = two.order("confirmed twice").settled();
        TransactionAnswer answer =
                payments.execute(
                        order,
                        scope -> {
                            scope.call(
                                    "accounts",
                                    content,
                                    context -> accounts.branches().tcc(context, "credit", content));
                            scope.own(connection -> AccountActions.change(connection, PAYER, -10));
                        });
        assertThat(answer.settled()).isTrue();
        two.awaitRecordedEnds();

        // The record of the end was lost, so a look sends the confirm again; it is held up, and
        // another instance ends the transaction meanwhile.
        TwoServices.run(
                two.paymentsDatabase,
                "update feiqian_decision set finished_at = null, acknowledged = 0");
        wire.holdBack();
        assertThat(payments.recoverNow()).isEqualTo(1);
        List<FinishOrder> late = wire.heldBack();
        two.settle(two.payments(), accounts);

        // So old that what is void is long gone, and the number just recognised.
        long age = two.settings().recognised().minus(Duration.ofDays(1)).toMillis();
        TwoServices.run(
                two.accountsDatabase,
                "update feiqian_branch set finished_at = finished_at - "
                        + age
                        + ", decide_by = decide_by - "
                        + age);
        accounts.cleanNow();
        BranchContext again =
                new BranchContext(
                        new BranchKey(order.trace(), 1, 1),
                        "payments",
                        content.digest(),
                        TwoServices.DAY,
                        Duration.ofSeconds(10));
        BranchAnswer repeated = accounts.branches().tcc(again, "credit", content);
        List<FinishReport> reports = accounts.finish(late);
        wire.failed();

        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        assertThat(two.held()).isZero();
        assertThat(repeated.recorded()).isTrue();
        assertThat(reports)
                .singleElement()
                .satisfies(report -> assertThat(report.outcome().isAccepted()).isTrue());
    }

    /** A channel that holds orders back when it is told to, as a network may. */
    private static final class HeldBack implements ServiceChannel {
        private final ServiceChannel wire;
        private final CountDownLatch held = new CountDownLatch(1);
        private final CompletableFuture<List<FinishReport>> answer = new CompletableFuture<>();
        private volatile boolean holds;
        private volatile List<FinishOrder> orders = List.of();

        HeldBack(ServiceChannel wire) {
            this.wire = wire;
        }

        void holdBack() {
            holds = true;
        }

        /** The orders that were held back, once there are some. */
        List<FinishOrder> heldBack() {
            TwoServices.await(() -> held.getCount() == 0);
            return orders;
        }

        /** What was held back is not answered any more. */
        void failed() {
            answer.completeExceptionally(new IllegalStateException("lost"));
        }

        @Override
        public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> sent) {
            if (!holds) {
                return wire.finish(service, sent);
            }
            orders = sent;
            held.countDown();
            return answer;
        }

        @Override
        public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
            return wire.inquire(initiator, inquiry);
        }
    }
}
