package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.TransactionScope.Call;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What users of a service's transactions are promised, on two real databases. */
@ParameterizedClass
@EnumSource(Databases.class)
final class GlobalTransactionsTest {
    private final Databases databases;

    GlobalTransactionsTest(Databases databases) {
        this.databases = databases;
    }

    private static final long PAYER = 1;
    private static final long PAYEE = 2;

    private TwoServices two;

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
    }

    @AfterEach
    void close() {
        two.close();
    }

    private static Call<SQLException> credit(
            GlobalTransactions accounts, BranchKind kind, long payee, long amount) {
        Content order = AccountActions.order(payee, amount);
        return switch (kind) {
            case TCC -> context -> accounts.branches().tcc(context, "credit", order);
            case REVERSAL ->
                    context -> accounts.branches().reversible(context, "credit-at-once", order);
            case XA ->
                    context ->
                            accounts.branches()
                                    .xa(
                                            context,
                                            connection ->
                                                    AccountActions.change(
                                                            connection, payee, amount));
            case SQL, MESSAGE, REVERSED, NONE ->
                    throw new IllegalArgumentException("kind: " + kind);
        };
    }

    /** A transfer as a user would write it. */
    private static TransactionBody<SQLException> transfer(
            GlobalTransactions accounts, BranchKind kind, long payer, long payee, long amount) {
        return scope -> {
            Content order = AccountActions.order(payee, amount);
            if (kind == BranchKind.MESSAGE) {
                scope.message("accounts", "credit-message", order);
            } else {
                scope.call("accounts", order, credit(accounts, kind, payee, amount));
            }
            scope.own(connection -> AccountActions.change(connection, payer, -amount));
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA", "MESSAGE"})
    @Requirement({"P6.3.1-1", "D7.1-0", "D7.1-a", "S.dtx-1", "S.dtx-3", "S.mq-9", "M6.5-1"})
    void aTransferMovesMoneyOnceHoweverOftenItIsSent(BranchKind kind) throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = two.order("pay 30").settled();

        TransactionAnswer first =
                payments.execute(order, transfer(accounts, kind, PAYER, PAYEE, 30));
        TransactionAnswer again =
                payments.execute(order, transfer(accounts, kind, PAYER, PAYEE, 30));

        assertThat(first.isAccepted()).isTrue();
        assertThat(first.settled()).isTrue();
        assertThat(first.recorded()).isFalse();
        assertThat(first.answer().text()).isEqualTo("balance 970");
        assertThat(again.isAccepted()).isTrue();
        assertThat(again.recorded()).isTrue();
        assertThat(again.answer()).isEqualTo(first.answer());
        two.settle(payments, accounts);
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(970);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_030);
        assertThat(two.held()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA", "MESSAGE"})
    @Requirement({"D7.1-0", "D7.1-a", "S.dtx-3"})
    void whereTheOwnShareRefusesNothingRemainsAnywhere(BranchKind kind) throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = two.order("pay 2000");

        TransactionAnswer first =
                payments.execute(order, transfer(accounts, kind, PAYER, PAYEE, 2_000));
        two.settle(payments, accounts);
        TransactionAnswer again =
                payments.execute(order, transfer(accounts, kind, PAYER, PAYEE, 2_000));
        two.settle(payments, accounts);

        assertThat(first.outcome().code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(again.outcome().code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(again.recorded()).isTrue();
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(1_000);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
        assertThat(two.held()).isZero();
    }

    @Test
    @Requirement({"P6.3.1-2", "P6.3.2-a", "S.dtx-7"})
    void kindsMixInOneTransaction() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();

        TransactionAnswer answer =
                payments.execute(
                        two.order("four at once").settled(),
                        scope -> {
                            for (BranchKind kind :
                                    List.of(BranchKind.TCC, BranchKind.REVERSAL, BranchKind.XA)) {
                                scope.call(
                                        "accounts",
                                        AccountActions.order(kind.number(), 10),
                                        credit(accounts, kind, kind.number(), 10));
                            }
                            scope.message(
                                    "accounts", "credit-message", AccountActions.order(5, 10));
                            scope.own(connection -> AccountActions.change(connection, PAYER, -40));
                        });

        assertThat(answer.isAccepted()).isTrue();
        two.settle(payments, accounts);
        for (int account : List.of(1, 3, 4, 5)) {
            assertThat(two.balance(two.accountsDatabase, account)).isEqualTo(1_010);
        }
        assertThat(two.money()).isEqualTo(2 * TwoServices.ACCOUNTS * TwoServices.OPENING);
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA"})
    void anExceptionOfTheBodyPassesOnAndUndoesItsBranches(BranchKind kind) throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = two.order("breaks");

        assertThatThrownBy(() ->
                        payments.execute(
                                order,
                                scope -> {
                                    transfer(accounts, kind, PAYER, PAYEE, 10).run(scope);
                                    throw new IllegalStateException("the user's own");
                                }))
                .hasMessage("the user's own");

        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
        assertThat(two.held()).isZero();
        // An aborted trace number may be sent again: that is the next attempt.
        assertThat(payments.execute(order, transfer(accounts, kind, PAYER, PAYEE, 10)).isAccepted())
                .isTrue();
        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(990);
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA", "MESSAGE"})
    @Requirement({"D7.1-a", "S.mq-9"})
    void anotherInstanceFinishesWhatTheInitiatorDecidedBeforeItDied(BranchKind kind)
            throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions dying = two.payments(TwoServices.silence());
        TransactionAnswer answer =
                dying.execute(two.order("decided"), transfer(accounts, kind, PAYER, PAYEE, 10));
        dying.close();
        assertThat(answer.isAccepted()).isTrue();
        assertThat(answer.settled()).isFalse();

        GlobalTransactions other = two.payments();
        two.settle(other, accounts);

        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA"})
    void aBranchOfAnInitiatorThatDiedUndecidedIsCancelledAndALateDecisionFails(BranchKind kind)
            throws SQLException {
        GlobalTransactions payments = two.payments();
        SettableClock clock = new SettableClock(Clock.system().now());
        GlobalTransactions accounts = two.accounts(clock);
        TransactionOrder order = two.order("slow").within(Duration.ofSeconds(20));
        int[] runs = {0};

        TransactionAnswer answer =
                payments.execute(
                        order,
                        scope -> {
                            Content content = AccountActions.order(PAYEE, 10);
                            BranchContext context = scope.branch("accounts", content.digest());
                            runs[0]++;
                            // As if the deadline were over for the branch and not here.
                            BranchContext hurried =
                                    new BranchContext(
                                            context.key(),
                                            context.initiator(),
                                            context.digest(),
                                            context.businessDate(),
                                            runs[0] == 1
                                                    ? Duration.ofMillis(200)
                                                    : context.remaining());
                            scope.answered(
                                    context, credit(accounts, kind, PAYEE, 10).with(hurried));
                            if (runs[0] == 1) {
                                clock.advance(Duration.ofSeconds(1));
                                TwoServices.await(() -> recovered(accounts) >= 0 && cancelled(1));
                            }
                            scope.own(connection -> AccountActions.change(connection, PAYER, -10));
                        });

        assertThat(runs[0]).as("the first attempt met the inquiry's row").isEqualTo(2);
        assertThat(answer.isAccepted()).isTrue();
        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(990);
        assertThat(two.held()).isZero();
    }

    private static int recovered(GlobalTransactions service) {
        try {
            return service.recoverNow();
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    private boolean cancelled(int count) {
        try {
            return TwoServices.number(
                            two.accountsDatabase,
                            "select count(*) from feiqian_branch where state = 3")
                    >= count;
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA"})
    void aTryThatItsCancelOvertookIsRefused(BranchKind kind) throws SQLException {
        two.payments();
        GlobalTransactions accounts = two.accounts();
        BranchContext context = context(two.order("late"), 77);
        FinishOrder cancel =
                FinishOrder.of(
                        Verb.CANCEL, context.key(), "payments", context.digest(), TwoServices.DAY);

        assertThat(accounts.finish(List.of(cancel)).get(0).outcome().isAccepted()).isTrue();
        BranchAnswer late = credit(accounts, kind, PAYEE, 10).with(context);

        assertThat(late.outcome().code()).isEqualTo(OutcomeCode.BRANCH_CANCELLED);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
        assertThat(two.held()).isZero();
    }

    @Test
    void aConfirmOfABranchThatIsNotThereIsNeverAcknowledged() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        BranchContext context = context(two.order("unknown"), 5);
        FinishOrder confirm =
                FinishOrder.of(
                        Verb.CONFIRM, context.key(), "payments", context.digest(), TwoServices.DAY);

        FinishReport report = accounts.finish(List.of(confirm)).get(0);

        assertThat(report.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);
        assertThat(two.alarms).anyMatch(alarm -> alarm.startsWith("UNKNOWN_BRANCH"));
    }

    @Test
    void aCancelOfAConfirmedBranchIsAContradictionThatCallsAnOperator() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = two.order("done").settled();
        payments.execute(order, transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10));
        BranchKey key = new BranchKey(order.trace(), 1, 1);
        long digest = AccountActions.order(PAYEE, 10).digest();

        FinishReport report =
                accounts.finish(
                                List.of(
                                        FinishOrder.of(
                                                Verb.CANCEL,
                                                key,
                                                "payments",
                                                digest,
                                                TwoServices.DAY)))
                        .get(0);

        assertThat(report.outcome().code()).isEqualTo(OutcomeCode.CONTRADICTION);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        assertThat(two.alarms).anyMatch(alarm -> alarm.startsWith("CONTRADICTION"));
    }

    @ParameterizedTest
    @EnumSource(names = {"TCC", "REVERSAL", "XA"})
    void whoAsksForABranchThatWasConfirmedMeanwhileIsNotToldToCancelIt(BranchKind kind)
            throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = two.order("asked too late").settled();
        payments.execute(order, transfer(accounts, kind, PAYER, PAYEE, 10));
        two.settle(payments, accounts);
        BranchKey key = new BranchKey(order.trace(), 1, 1);
        long digest = AccountActions.order(PAYEE, 10).digest();

        Verdict verdict = payments.answer(new Inquiry(key, digest));
        FinishReport report =
                accounts.finish(
                                List.of(
                                        FinishOrder.of(
                                                Verb.CLEAR,
                                                key,
                                                "payments",
                                                digest,
                                                TwoServices.DAY)))
                        .get(0);

        assertThat(verdict).isEqualTo(Verdict.ENDED);
        assertThat(report.outcome().isAccepted()).isTrue();
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        assertThat(two.alarms).isEmpty();
    }

    @Test
    @Requirement("M6.5-3")
    void aTryThatComesAgainWhenItsRowIsGoneIsClearedAndNotDoneTwice() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts(new SettableClock(Clock.system().now()));
        TransactionOrder order = two.order("very late").settled();
        assertThat(
                        payments.execute(
                                        order, transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10))
                                .settled())
                .isTrue();
        // Nobody looks for leftovers before the end is recorded: a look would send the confirm
        // once more, and without its row nothing would tell it from the first.
        two.awaitRecordedEnds();
        TwoServices.run(two.accountsDatabase, "delete from feiqian_branch");
        Content content = AccountActions.order(PAYEE, 10);
        BranchContext again =
                new BranchContext(
                        new BranchKey(order.trace(), 1, 1),
                        "payments",
                        content.digest(),
                        TwoServices.DAY,
                        Duration.ofMillis(50));

        assertThat(accounts.branches().tcc(again, "credit", content).isAccepted()).isTrue();
        two.settle(payments, accounts);

        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
        assertThat(two.held()).isZero();
    }

    @Test
    void whatContradictsStopsAndCallsOnceUntilAnOperatorLetsItGoOn() throws SQLException {
        GlobalTransactions silent = two.payments(TwoServices.silence());
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = two.order("tampered");
        silent.execute(order, transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10));
        silent.close();
        TwoServices.run(two.accountsDatabase, "update feiqian_branch set state = 3");
        GlobalTransactions payments = two.payments();

        TwoServices.await(() -> {
            recovered(payments);
            return !two.alarms.isEmpty();
        });
        TwoServices.await(() -> recovered(payments) == 0);
        assertThat(recovered(payments)).isZero();
        assertThat(two.alarms).singleElement().asString().startsWith("CONTRADICTION");
        assertThat(two.unfinished()).isEqualTo(1);

        TwoServices.run(
                two.accountsDatabase, "update feiqian_branch set state = 1, finished_at = null");
        payments.retryStopped();
        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
    }

    @Test
    void oneOrderThatCannotBeFinishedKeepsNoOtherFromIt() throws SQLException {
        GlobalTransactions payments = two.payments(TwoServices.silence());
        GlobalTransactions accounts = two.accounts();
        List<TransactionOrder> orders =
                List.of(two.order("a"), two.order("b"), two.order("c"), two.order("d"));
        for (TransactionOrder each : orders) {
            payments.execute(each, transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10));
        }
        GlobalTransactions stubborn =
                two.accounts(ServiceActions.none().with(new Stubborn(orders.get(1).trace())));

        List<FinishReport> reports =
                stubborn.finish(
                        orders.stream()
                                .map(each ->
                                        FinishOrder.of(
                                                Verb.CONFIRM,
                                                new BranchKey(each.trace(), 1, 1),
                                                "payments",
                                                AccountActions.order(PAYEE, 10).digest(),
                                                TwoServices.DAY))
                                .toList());

        assertThat(reports).filteredOn(each -> each.outcome().isAccepted()).hasSize(3);
        assertThat(reports)
                .filteredOn(each -> each.key().trace().equals(orders.get(1).trace()))
                .allMatch(each -> !each.outcome().isAccepted() && !each.needsOperator());
    }

    @Test
    void theSameTraceNumberWithOtherContentIsRefused() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = TwoServices.order(99, "pay 10");
        TransactionOrder other = TwoServices.order(99, "pay 20");
        payments.execute(order, transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10));

        TransactionAnswer answer =
                payments.execute(other, transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 20));

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
    }

    @Test
    void aCommitWhoseAnswerWasLostIsFoundOutAndNotDoneTwice() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        LosingAnswers losing = new LosingAnswers(two.paymentsDatabase);
        GlobalTransactions payments = two.payments(two.wire, losing.dataSource());
        losing.loseNext("feiqian_decision");

        TransactionAnswer answer =
                payments.execute(
                        two.order("lost answer"),
                        transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10));

        assertThat(losing.lost()).isEqualTo(1);
        assertThat(answer.isAccepted()).isTrue();
        two.settle(payments, accounts);
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(990);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
    }

    @Test
    void aTryWhoseAnswerWasLostAbortsTheTransactionAndIsUndone() throws SQLException {
        LosingAnswers losing = new LosingAnswers(two.accountsDatabase);
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts =
                ServiceSetup.of("accounts", losing.dataSource(), two.wire)
                        .with(AccountActions.all())
                        .createTables()
                        .open();
        two.wire.add(accounts);
        losing.loseNext("feiqian_branch");

        TransactionAnswer answer =
                payments.execute(
                        two.order("lost try"),
                        transfer(accounts, BranchKind.REVERSAL, PAYER, PAYEE, 10));

        assertThat(losing.lost()).isEqualTo(1);
        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.ABORTED);
        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_000);
        accounts.close();
    }

    @Test
    void aDecisionAfterItsDeadlineIsRefusedAndItsBranchesAreCancelled() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        long start = Clock.system().nanos();

        TransactionAnswer answer =
                payments.execute(
                        two.order("too slow").within(Duration.ofMillis(300)),
                        scope -> {
                            transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10).run(scope);
                            TwoServices.await(() ->
                                    Clock.system().nanos() - start
                                            > Duration.ofMillis(310).toNanos());
                        });

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        two.settle(payments, accounts);
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(1_000);
        assertThat(two.held()).isZero();
    }

    @Test
    @Requirement("S.dtx-5")
    void newTransactionsAreRefusedWhileTooManyWaitForTheirPhaseTwo() throws SQLException {
        two.with(settings -> settings.withMostUnfinished(3));
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions payments = two.payments(TwoServices.silence());
        for (int i = 0; i < 3; i++) {
            assertThat(
                            payments.execute(
                                            two.order("burst " + i),
                                            transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 1))
                                    .isAccepted())
                    .isTrue();
        }

        TransactionAnswer fourth =
                payments.execute(
                        two.order("one more"), transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 1));

        assertThat(fourth.outcome().code()).isEqualTo(OutcomeCode.OVERLOADED);
    }

    @Test
    void whatWasDecidedIsTheAnswerToARepetitionHoweverMuchIsWaiting() throws SQLException {
        two.with(settings -> settings.withMostUnfinished(1));
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions payments = two.payments(TwoServices.silence());
        TransactionOrder order = two.order("decided");
        TransactionBody<SQLException> transfer =
                transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 1);
        payments.execute(order, transfer);

        TransactionAnswer again = payments.execute(order, transfer);
        TransactionAnswer other =
                payments.execute(
                        TransactionOrder.of(
                                order.trace(), Content.ofText("other"), TwoServices.DAY),
                        transfer);

        assertThat(again.isAccepted()).isTrue();
        assertThat(again.recorded()).isTrue();
        assertThat(other.outcome().code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
    }

    @Test
    void cleaningLeavesWhatIsUnfinished() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions payments = two.payments();
        for (int i = 0; i < 12; i++) {
            payments.execute(
                    two.order("old " + i).settled(),
                    transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 1));
        }
        two.settle(payments, accounts);
        GlobalTransactions silent = two.payments(TwoServices.silence());
        silent.execute(two.order("open"), transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 1));
        for (var database : List.of(two.paymentsDatabase, two.accountsDatabase)) {
            TwoServices.run(
                    database,
                    "update feiqian_decision set finished_at = finished_at - 700000,"
                            + " decided_at = decided_at - 700000");
            TwoServices.run(
                    database,
                    "update feiqian_branch set decide_by = decide_by - 700000,"
                            + " finished_at = finished_at - 700000");
        }

        // What was decided stays as long as its number is recognised, and answers.
        assertThat(payments.cleanNow()).isZero();
        assertThat(accounts.cleanNow()).isZero();
        TransactionOrder first = TwoServices.order(1, "old 0");
        assertThat(payments.execute(first, scope -> {}).recorded()).isTrue();
        Duration longAgo = Duration.ofDays(41);
        TwoServices.age(two.paymentsDatabase, longAgo);
        TwoServices.age(two.accountsDatabase, longAgo);
        // By the date of the number too, which may have been ahead of the clock when it was done.
        assertThat(payments.cleanNow()).isZero();
        assertThat(accounts.cleanNow()).isZero();
        assertThat(two.payments(TwoServices.ahead(longAgo)).cleanNow()).isEqualTo(12);
        assertThat(two.accounts(TwoServices.ahead(longAgo)).cleanNow()).isEqualTo(12);

        assertThat(two.unfinished()).isEqualTo(2);
        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_013);
    }

    /** Who repeats an order repeats its business date too, so that alone never ages. */
    @Test
    void aTraceNumberThatIsNoLongerRecognisedIsRefusedAndNeverExecuted() throws SQLException {
        GlobalTransactions payments = two.payments();
        TransactionOrder order =
                TransactionOrder.of(
                        TraceNumber.of(
                                new BusinessDate(TwoServices.DAY.date().minusDays(31)),
                                new Slot(1),
                                7,
                                1),
                        Content.EMPTY,
                        new BusinessDate(TwoServices.DAY.date().minusDays(31)));

        TransactionAnswer answer =
                payments.execute(
                        order,
                        scope ->
                                scope.own(connection ->
                                        AccountActions.change(connection, PAYER, -10)));

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.TRACE_EXPIRED);
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(1_000);
    }

    @Test
    void userCodeCannotEndTheTransactionThatItIsLent() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        BranchContext context = context(two.order("ends it"), 1);

        assertThatThrownBy(() ->
                        accounts.branches()
                                .xa(
                                        context,
                                        connection -> {
                                            connection.commit();
                                            return Content.EMPTY;
                                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("commit: on a lent connection");
    }

    @Test
    void anActionThatTheServiceDoesNotHaveIsRefusedByName() throws SQLException {
        GlobalTransactions accounts = two.accounts();

        BranchAnswer answer =
                accounts.branches().tcc(context(two.order("which"), 1), "debit", Content.EMPTY);

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN_ACTION);
        assertThat(answer.outcome().message()).contains("debit").contains("TCC");
    }

    @Test
    void moreThanATransactionMayHoldIsRefused() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        Content large = Content.of(new byte[5_000]);

        assertThat(
                        payments.execute(
                                        two.order("large"),
                                        scope -> scope.message("accounts", "credit-message", large))
                                .outcome()
                                .code())
                .isEqualTo(OutcomeCode.TRANSACTION_TOO_LARGE);
        assertThat(
                        accounts.branches()
                                .tcc(context(two.order("large too"), 1), "credit", large)
                                .outcome()
                                .code())
                .isEqualTo(OutcomeCode.TRANSACTION_TOO_LARGE);
        assertThat(
                        payments.execute(
                                        two.order("many"),
                                        scope -> {
                                            for (int i = 0; i <= BranchKey.MOST_BRANCHES; i++) {
                                                scope.message(
                                                        "accounts",
                                                        "credit-message",
                                                        AccountActions.order(1, 1));
                                            }
                                        })
                                .outcome()
                                .code())
                .isEqualTo(OutcomeCode.TRANSACTION_TOO_LARGE);
    }

    @Test
    void aRefusalOfABranchRefusesTheTransactionUnlessItIsCaught() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();

        TransactionAnswer refused =
                payments.execute(
                        two.order("nobody"), transfer(accounts, BranchKind.TCC, PAYER, 404, 10));
        TransactionAnswer caught =
                payments.execute(
                        two.order("somebody"),
                        scope -> {
                            try {
                                transfer(accounts, BranchKind.REVERSAL, PAYER, 404, 10).run(scope);
                            } catch (RefusedException unknownAccount) {
                                transfer(accounts, BranchKind.TCC, PAYER, PAYEE, 10).run(scope);
                            }
                        });

        assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
        assertThat(caught.isAccepted()).isTrue();
        two.settle(payments, accounts);
        assertThat(two.money()).isEqualTo(2 * TwoServices.ACCOUNTS * TwoServices.OPENING);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(1_010);
    }

    private static BranchContext context(TransactionOrder order, long digest) {
        return new BranchContext(
                new BranchKey(order.trace(), 1, 1),
                "payments",
                digest,
                TwoServices.DAY,
                Duration.ofSeconds(10));
    }
}
