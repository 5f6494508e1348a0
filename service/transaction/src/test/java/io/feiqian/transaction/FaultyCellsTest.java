package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.Standing;
import io.feiqian.runtime.Randomness;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.Transactions.Execution;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages lost, repeated and out of order; instances that vanish at any step. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyCellsTest {
    private final TwoCells cells = new TwoCells();

    @BeforeEach
    void reset() {
        cells.reset();
    }

    @AfterAll
    void close() {
        cells.close();
    }

    @Requirement({"P6.3.3-a.1", "P6.3.3-a.2", "B12-c.1"})
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noMoneyIsLostOrMadeWhileMessagesAreLostRepeatedAndReordered(long seed) throws Exception {
        Randomness random = Randomness.seeded(seed);
        cells.network = new LossyNetwork(cells::deliver, cells.timer, seed);
        cells.payer.serving.startRecovery();
        cells.payee.serving.startRecovery();
        Map<TraceNumber, GlobalTransaction> payments = new HashMap<>();
        for (int i = 0; i < 150; i++) {
            GlobalTransaction payment = somePayment(random);
            payments.put(payment.trace(), payment);
            var _ = cells.payer.serving.execute(payment);
            if (i == 75) {
                cells.payer.crash().startRecovery();
            }
            if (i == 110) {
                cells.payee.crash().startRecovery();
            }
        }

        // Whoever has no answer, or one that allows it, asks again with the same trace number.
        cells.network = cells::deliver;
        Map<TraceNumber, Answer> answers = new HashMap<>();
        for (GlobalTransaction each : payments.values()) {
            Answer answer = ask(patient(each));
            for (int i = 0; i < 500 && answer.code().isSafeToRetry(); i++) {
                cells.timer.pause(Duration.ofMillis(10));
                answer = ask(patient(each));
            }
            answers.put(each.trace(), answer);
        }
        untilQuiet();

        assertThat(answers.values())
                .as("seed %d", seed)
                .allMatch(answer -> answer.isAccepted() || answer.code().isFinal());
        assertThat(cells.money()).as("seed %d", seed).isEqualTo(TwoCells.allMoney());
        assertThat(cells.payee.pending()).as("seed %d", seed).isZero();
        long accepted = answers.values().stream().filter(Answer::isAccepted).count();
        assertThat(cells.payee.number("select count(*) from purse_entry where outcome = 0"))
                .as("seed %d", seed)
                .isEqualTo(accepted);
        assertThat(cells.alarms)
                .as("seed %d", seed)
                .noneMatch(each -> each.name().equals("transaction-contradiction"));
    }

    @Requirement({"B12-c.1", "D5.2-d"})
    @Test
    void anotherInstanceConfirmsWhatAVanishedOneDecided() throws Exception {
        CountDownLatch decided = new CountDownLatch(1);
        cells.network =
                message -> {
                    if (message.kind() == PeerMessage.Kind.CONFIRM) {
                        decided.countDown();
                        return new CompletableFuture<>();
                    }
                    return cells.deliver(message);
                };
        TraceNumber trace = cells.trace();
        var _ = cells.payer.serving.execute(cells.payment(trace, 1, 2, 70));
        assertThat(decided.await(20, TimeUnit.SECONDS)).isTrue();
        cells.network = cells::deliver;

        cells.payer.crash().startRecovery();

        until(() -> cells.payee.balance(2) == TwoCells.RICH + 70);
        until(() -> cells.payer.number(unfinishedDecisions()) == 0);
        assertThat(cells.money()).isEqualTo(TwoCells.allMoney());
    }

    @Requirement({"B12-c.1", "B11.2-b"})
    @Test
    void aBranchWhoseInitiatorVanishedBeforeTheDecisionAsksAndIsCancelled() throws Exception {
        crashAfterTry(cells.trace());
        assertThat(cells.payee.pending()).isEqualTo(70);
        cells.payee.run("update branch set decide_by = 0");

        cells.payee.serving.startRecovery();

        until(() -> cells.payee.pending() == 0);
        assertThat(cells.money()).isEqualTo(TwoCells.allMoney());
        assertThat(cells.payer.number("select count(*) from decision where state = 2"))
                .as("the inquiry's answer is a row")
                .isEqualTo(1);
    }

    @Test
    void aDecisionThatComesAfterTheInquiryCannotCommit() throws Exception {
        TraceNumber trace = cells.trace();
        CompletableFuture<Boolean> heldBack = new CompletableFuture<>();
        CountDownLatch tried = new CountDownLatch(1);
        cells.network =
                message -> {
                    if (message.kind() == PeerMessage.Kind.TRY) {
                        return cells.deliver(message)
                                .thenCompose(reply -> {
                                    tried.countDown();
                                    return heldBack.thenApply(_ -> reply);
                                });
                    }
                    return cells.deliver(message);
                };
        Execution execution = cells.payer.serving.execute(cells.payment(trace, 1, 2, 70));
        assertThat(tried.await(20, TimeUnit.SECONDS)).isTrue();
        // The participant's clock runs ahead: to it the deadline has long passed.
        cells.payee.run("update branch set decide_by = 0");
        cells.payee.serving.recoverNow().get(20, TimeUnit.SECONDS);
        until(() -> cells.payee.pending() == 0);

        heldBack.complete(true);

        Answer answer = execution.settled().get(20, TimeUnit.SECONDS);
        assertThat(cells.money()).isEqualTo(TwoCells.allMoney());
        if (answer.isAccepted()) {
            assertThat(cells.payer.number("select attempt from decision"))
                    .as("a further attempt, not the one that was voided")
                    .isGreaterThan(1);
        }
        assertThat(cells.payee.pending()).isZero();
    }

    @Requirement("P6.3.3-a.2")
    @Test
    void aCancelThatOvertakesItsTryLeavesARowThatRefusesTheTry() throws Exception {
        TraceNumber trace = cells.trace();
        CompletableFuture<PeerMessage> lateTry = new CompletableFuture<>();
        cells.network =
                message -> {
                    if (message.kind() == PeerMessage.Kind.TRY) {
                        lateTry.complete(message);
                        return TwoCells.nobody(message);
                    }
                    return cells.deliver(message);
                };
        Execution execution =
                cells.payer.serving.execute(cells.payment(trace, 1, 2, 70, Duration.ofSeconds(2)));
        execution.settled().get(20, TimeUnit.SECONDS);

        PeerReply late = cells.payee.serving.receive(lateTry.join()).get(20, TimeUnit.SECONDS);

        assertThat(late)
                .isInstanceOfSatisfying(
                        PeerReply.Answered.class,
                        answered ->
                                assertThat(answered.code())
                                        .isEqualTo(OutcomeCode.BRANCH_CANCELLED));
        assertThat(cells.payee.pending()).isZero();
    }

    @Test
    void anInquiryBeforeTheDeadlineIsToldToWaitAndPlantsNothing() throws Exception {
        TraceNumber trace = cells.trace();
        PeerReply reply =
                cells.payer
                        .serving
                        .receive(inquiryOf(trace, Duration.ofSeconds(5)))
                        .get(20, TimeUnit.SECONDS);

        assertThat(reply)
                .isInstanceOfSatisfying(
                        PeerReply.Answered.class,
                        answered -> assertThat(answered.standing()).isEqualTo(Standing.WAIT));
        assertThat(cells.payer.number("select count(*) from decision")).isZero();
    }

    @Test
    void aConfirmForABranchThatWasCancelledIsNeverAcknowledged() throws Exception {
        TraceNumber trace = cells.trace();
        cells.payee.serving.startRecovery();
        cells.network =
                message -> {
                    if (message.kind() == PeerMessage.Kind.CONFIRM) {
                        cells.payee.run("update branch set state = 3, finished_at = 1");
                    }
                    return cells.deliver(message);
                };

        Execution execution = cells.payer.serving.execute(cells.payment(trace, 1, 2, 70));

        assertThat(execution.decided().get(20, TimeUnit.SECONDS).isAccepted()).isTrue();
        until(() ->
                cells.alarms.stream()
                        .anyMatch(each -> each.name().equals("transaction-contradiction")));
        assertThat(execution.settled()).isNotDone();
        assertThat(cells.payer.number("select acknowledged from decision")).isZero();
    }

    @Test
    void whatStoppedGoesOnWhenAnOperatorHasPutItRightAndAsksForIt() throws Exception {
        TraceNumber trace = cells.trace();
        AtomicBoolean spoilt = new AtomicBoolean();
        cells.network =
                message -> {
                    if (message.kind() == PeerMessage.Kind.CONFIRM
                            && spoilt.compareAndSet(false, true)) {
                        cells.payee.run("update branch set state = 3, finished_at = 1");
                    }
                    return cells.deliver(message);
                };
        Execution execution = cells.payer.serving.execute(cells.payment(trace, 1, 2, 70));
        assertThat(execution.decided().get(20, TimeUnit.SECONDS).isAccepted()).isTrue();
        until(() ->
                cells.payer.serving.phase(trace).equals(Optional.of(InitiatorState.Phase.STOPPED)));

        cells.payee.run("update branch set state = 1, finished_at = null");
        TransactionSearch.Rows found;
        try (Connection connection = cells.payer.database.pool().getConnection()) {
            found = TransactionSearch.of(connection, trace);
        }
        cells.payer.serving.retry(found.decisions(), found.branches(), found.databaseMillis());

        untilQuiet();
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 70);
        until(() -> cells.payer.serving.phase(trace).isEmpty());
    }

    @Test
    void aConfirmForABranchThatIsGoneRebuildsItOnceAndCallsAnOperator() throws Exception {
        TraceNumber trace = cells.trace();
        AtomicBoolean gone = new AtomicBoolean();
        cells.network =
                message -> {
                    // Once: a confirm that is slow is repeated, and is to find what was rebuilt.
                    if (message.kind() == PeerMessage.Kind.CONFIRM
                            && gone.compareAndSet(false, true)) {
                        cells.payee.run("delete from branch");
                    }
                    return cells.deliver(message);
                };

        Execution execution = cells.payer.serving.execute(cells.payment(trace, 1, 2, 70));
        execution.settled().get(20, TimeUnit.SECONDS);

        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 70);
        assertThat(cells.alarms).anyMatch(each -> each.name().equals("branch-rebuilt"));
    }

    @Test
    void oldRowsAreCleanedAndUnfinishedOnesAreNot() throws Exception {
        cells.payer.serving.execute(cells.payment(cells.trace(), 1, 2, 70)).settled().get();
        cells.payer.serving.execute(cells.payment(cells.trace(), 1, 999, 70)).settled().get();
        crashAfterTry(cells.trace());
        until(() -> cells.payer.number(unfinishedDecisions()) == 0);
        long monthAgo = 30L * 24 * 3600 * 1000;
        cells.payer.run("update decision set finished_at = finished_at - " + monthAgo);
        cells.payee.run(
                "update branch set finished_at = finished_at - %1$d, decide_by = decide_by - %1$d"
                        .formatted(monthAgo));
        cells.payer.run(
                "insert into decision select trace_head, 77, digest, decide_by - %d, 0, null,"
                                .formatted(monthAgo)
                        + " attempt, business_date, home_slot, state, initiator, outcome,"
                        + " message, branches, content from decision where state = 1");

        cells.payer.serving.cleanNow().get(20, TimeUnit.SECONDS);
        cells.payee.serving.cleanNow().get(20, TimeUnit.SECONDS);

        assertThat(cells.payer.number("select count(*) from decision where state = 2")).isZero();
        assertThat(cells.payer.number("select count(*) from decision where state = 1"))
                .as("finished and unfinished: what is final stays")
                .isEqualTo(2);
        assertThat(cells.payer.number("select count(*) from decision where state = 3")).isOne();
        assertThat(cells.payee.number("select count(*) from branch where state <> 1")).isZero();
        assertThat(cells.payee.number("select count(*) from branch where state = 1")).isOne();
    }

    @Test
    void whoAsksAgainAfterTheCleaningIsToldTheSameThoughThePayeeCannotBeReached() throws Exception {
        GlobalTransaction payment = cells.payment(cells.trace(), 1, 2, 70);
        cells.payer.serving.execute(payment).settled().get(20, TimeUnit.SECONDS);
        until(() -> cells.payer.number(unfinishedDecisions()) == 0);
        cells.payer.run("update decision set finished_at = finished_at - 2592000000");
        cells.payer.serving.cleanNow().get(20, TimeUnit.SECONDS);
        cells.network = TwoCells::lose;

        Answer again = ask(within(Duration.ofMillis(300), payment));

        assertThat(again.isAccepted()).as(again.outcome().message()).isTrue();
        assertThat(cells.payer.balance(1)).isEqualTo(TwoCells.RICH - 70);
    }

    @Test
    void newWorkIsRefusedWhileTooMuchWithThePeerIsUnfinished() throws Exception {
        cells.network = TwoCells::lose;
        CellTransactions narrow = cells.payer.instance(TwoCells.SETTINGS.withUnfinishedPerPeer(1));
        Execution first = narrow.execute(cells.payment(cells.trace(), 1, 2, 70));

        Answer second = narrow.execute(cells.payment(cells.trace(), 1, 2, 70)).decided().get();

        assertThat(second.code()).isEqualTo(OutcomeCode.OVERLOADED);
        cells.network = cells::deliver;
        first.settled().get(20, TimeUnit.SECONDS);
        Execution third = narrow.execute(cells.payment(cells.trace(), 1, 2, 70));
        assertThat(third.decided().get(20, TimeUnit.SECONDS).isAccepted()).isTrue();
    }

    private Answer ask(GlobalTransaction payment) throws Exception {
        return cells.payer.serving.execute(payment).decided().get(30, TimeUnit.SECONDS);
    }

    private static GlobalTransaction patient(GlobalTransaction payment) {
        return within(Duration.ofSeconds(10), payment);
    }

    private static GlobalTransaction within(Duration wanted, GlobalTransaction payment) {
        return new GlobalTransaction(
                payment.trace(),
                payment.digest(),
                payment.businessDate(),
                payment.branches(),
                payment.own(),
                wanted,
                payment.content(),
                payment.settling());
    }

    private GlobalTransaction somePayment(Randomness random) {
        long amount = random.nextInt(10) == 0 ? TwoCells.RICH * 2 : random.nextInt(50) + 1;
        int payee = random.nextInt(12) == 0 ? 999 : random.nextInt(3) + 1;
        Duration within = Duration.ofMillis(random.nextInt(3) == 0 ? 60 : 3_000);
        return cells.payment(cells.trace(), random.nextInt(3) + 1, payee, amount, within);
    }

    /** A payment whose initiator vanishes once the branch is tried. */
    private void crashAfterTry(TraceNumber trace) throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        cells.network =
                message ->
                        cells.deliver(message)
                                .thenCompose(_ -> {
                                    tried.countDown();
                                    return new CompletableFuture<>();
                                });
        var _ = cells.payer.serving.execute(cells.payment(trace, 1, 2, 70));
        assertThat(tried.await(20, TimeUnit.SECONDS)).isTrue();
        cells.payer.crash();
        cells.network = cells::deliver;
    }

    private static PeerMessage inquiryOf(TraceNumber trace, Duration remaining) {
        BranchSpec branch = BranchSpec.of(1, TwoCells.AWAY, Purses.SERVICE, Purses.credit(2, 70));
        return new PeerMessage(
                PeerMessage.Kind.INQUIRY,
                trace.home(),
                Optional.empty(),
                new BranchKey(trace, 1, 1),
                TwoCells.PAYER,
                Content.ofText("any").digest(),
                branch.digest(),
                Purses.SERVICE,
                branch.content(),
                TwoCells.DAY,
                Duration.ofSeconds(5),
                remaining);
    }

    private void untilQuiet() throws Exception {
        until(() -> cells.payer.number(unfinishedDecisions()) == 0);
        until(() -> cells.payee.number("select count(*) from branch where state = 1") == 0);
    }

    private static String unfinishedDecisions() {
        return "select count(*) from decision where finished_at is null";
    }

    /** Looks again and again, with a pause of the timer between. */
    private void until(BooleanSupplier condition) throws Exception {
        int looks = 0;
        while (!condition.getAsBoolean()) {
            assertThat(looks++).as("looks until it came true").isLessThan(2_000);
            cells.timer.pause(Duration.ofMillis(10));
        }
    }
}
