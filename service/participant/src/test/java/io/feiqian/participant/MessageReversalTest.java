package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.participant.FinishOrder.Verb;
import io.feiqian.participant.spi.MessageAction;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a message did is taken back by a message, once and in whatever order they come. */
@ParameterizedClass
@EnumSource(
        value = Databases.class,
        names = {"POSTGRESQL", "MARIADB"})
final class MessageReversalTest {
    private final Databases databases;

    MessageReversalTest(Databases databases) {
        this.databases = databases;
    }

    private static final long PAYER = 1;
    private static final long PAYEE = 2;

    private final AtomicLong serial = new AtomicLong();
    private TwoServices two;

    @BeforeEach
    void open() throws SQLException {
        two = TwoServices.open(databases);
    }

    @AfterEach
    void close() {
        two.close();
    }

    private static TransactionBody<SQLException> pay(long amount) {
        return scope -> {
            scope.message("accounts", "credit-message", AccountActions.order(PAYEE, amount));
            scope.own(connection -> AccountActions.change(connection, PAYER, -amount));
        };
    }

    private static TransactionBody<SQLException> payBack(List<SentMessage> sent, long amount) {
        return scope -> {
            sent.forEach(scope::reverse);
            scope.own(connection -> AccountActions.change(connection, PAYER, amount));
        };
    }

    /** Of today: rows of old trace numbers are not kept. */
    private TransactionOrder order(String content) {
        BusinessDate today =
                new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
        TraceNumber trace = TraceNumber.of(today, new Slot(1), 7, serial.incrementAndGet());
        return TransactionOrder.of(trace, Content.ofText(content), today);
    }

    private void assertBalances(long payer, long payee) throws SQLException {
        assertThat(two.balance(two.paymentsDatabase, PAYER)).isEqualTo(payer);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(payee);
    }

    @Test
    @Requirement("D6.7-c")
    void aReversalMessageTakesBackWhatTheMessageDid() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = order("pay 30").settled();
        payments.execute(order, pay(30));
        assertBalances(TwoServices.OPENING - 30, TwoServices.OPENING + 30);

        List<SentMessage> sent = payments.sentMessages(order.trace());
        TransactionAnswer answer = payments.execute(order("pay back").settled(), payBack(sent, 30));

        assertThat(answer.isAccepted()).isTrue();
        two.settle(payments, accounts);
        assertBalances(TwoServices.OPENING, TwoServices.OPENING);
    }

    @Test
    @Requirement("D6.7-c")
    void aMessageThatComesAfterItsReversalHasNoEffect() throws SQLException {
        GlobalTransactions silent = two.payments(TwoServices.silence());
        TransactionOrder order = order("pay 30");
        silent.execute(order, pay(30));
        List<SentMessage> sent = silent.sentMessages(order.trace());
        silent.close();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder back = order("pay back");
        GlobalTransactions alsoSilent = two.payments(TwoServices.silence());
        alsoSilent.execute(back, payBack(sent, 30));

        accounts.finish(List.of(reversal(sent.get(0), back)));
        assertBalances(TwoServices.OPENING, TwoServices.OPENING);

        GlobalTransactions payments = two.payments();
        two.settle(payments, accounts);
        assertBalances(TwoServices.OPENING, TwoServices.OPENING);
        assertThat(two.alarms).isEmpty();
    }

    @Test
    @Requirement("D6.7-c")
    void whatTwoTransactionsReverseIsTakenBackOnce() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = order("pay 30").settled();
        payments.execute(order, pay(30));
        List<SentMessage> sent = payments.sentMessages(order.trace());

        payments.execute(order("first").settled(), scope -> sent.forEach(scope::reverse));
        payments.execute(order("second").settled(), scope -> sent.forEach(scope::reverse));

        two.settle(payments, accounts);
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(TwoServices.OPENING);
    }

    /** Messages, their reversals and repetitions of both in any order and any grouping. */
    @RepeatedTest(20)
    void inWhateverOrderTheyComeNothingRemains(RepetitionInfo repetition) throws SQLException {
        GlobalTransactions accounts = two.accounts();
        GlobalTransactions silent = two.payments(TwoServices.silence());
        List<FinishOrder> wire = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            TransactionOrder order = order("pay 30");
            silent.execute(order, pay(30));
            SentMessage sent = silent.sentMessages(order.trace()).get(0);
            TransactionOrder back = order("pay back");
            for (int copies = 0; copies < 3; copies++) {
                wire.add(
                        new FinishOrder(
                                Verb.DELIVER,
                                sent.key(),
                                "payments",
                                sent.digest(),
                                sent.businessDate(),
                                sent.action(),
                                sent.content()));
                wire.add(reversal(sent, back));
            }
        }
        Random random = new Random(repetition.getCurrentRepetition());
        Collections.shuffle(wire, random);

        for (int from = 0; from < wire.size(); ) {
            int to = Math.min(wire.size(), from + 1 + random.nextInt(8));
            assertThat(accounts.finish(wire.subList(from, to)))
                    .allMatch(report -> report.outcome().isAccepted());
            from = to;
        }

        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(TwoServices.OPENING);
    }

    @Test
    void aReversalOfOtherContentStopsAndCallsAnOperator() throws SQLException {
        GlobalTransactions payments = two.payments();
        GlobalTransactions accounts = two.accounts();
        TransactionOrder order = order("pay 30").settled();
        payments.execute(order, pay(30));
        SentMessage sent = payments.sentMessages(order.trace()).get(0);
        SentMessage forged =
                new SentMessage(
                        sent.key(),
                        sent.initiator(),
                        sent.service(),
                        sent.action(),
                        sent.digest() + 1,
                        sent.businessDate(),
                        AccountActions.order(PAYEE, 300));

        List<FinishReport> reports = accounts.finish(List.of(reversal(forged, order("pay back"))));

        assertThat(reports.get(0).outcome().isAccepted()).isFalse();
        assertThat(reports.get(0).outcome().message()).contains("other content");
        assertThat(two.balance(two.accountsDatabase, PAYEE)).isEqualTo(TwoServices.OPENING + 30);
    }

    /** Its row may have been deleted with the years, and its effect be there. */
    @Test
    void aReversalOfAMessageOlderThanRowsAreKeptIsLeftToAnOperator() throws SQLException {
        GlobalTransactions accounts = two.accounts();
        TraceNumber old =
                TraceNumber.of(new BusinessDate(LocalDate.of(2020, 1, 1)), new Slot(1), 7, 1);
        Content content = AccountActions.order(PAYEE, 30);
        SentMessage sent =
                new SentMessage(
                        new BranchKey(old, 1, 1),
                        "payments",
                        "accounts",
                        "credit-message",
                        content.digest(),
                        TwoServices.DAY,
                        content);

        List<FinishReport> reports = accounts.finish(List.of(reversal(sent, order("pay back"))));

        assertThat(reports.get(0).outcome().isAccepted()).isFalse();
        assertThat(reports.get(0).outcome().message()).contains("reverse it by hand");
    }

    @Test
    void aMessageOfAnotherServiceIsNotOursToReverse() throws SQLException {
        GlobalTransactions payments = two.payments();
        Content content = AccountActions.order(PAYEE, 30);
        SentMessage others =
                new SentMessage(
                        new BranchKey(order("x").trace(), 1, 1),
                        "shop",
                        "accounts",
                        "credit-message",
                        content.digest(),
                        TwoServices.DAY,
                        content);

        assertThatThrownBy(() -> payments.execute(order("y"), scope -> scope.reverse(others)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("message: of shop (expected: one of payments)");
    }

    @Test
    void anActionThatDoesNotReverseLeavesTheReversalWaitingWithAnAlarm() throws SQLException {
        MessageAction plain =
                new MessageAction() {
                    @Override
                    public String name() {
                        return "credit-message";
                    }

                    @Override
                    public void take(Connection connection, BranchCall message)
                            throws SQLException {
                        AccountActions.change(connection, PAYEE, 30);
                    }
                };
        GlobalTransactions accounts = two.accounts(ServiceActions.none().with(plain));
        GlobalTransactions payments = two.payments();
        TransactionOrder order = order("pay 30").settled();
        payments.execute(order, pay(30));
        SentMessage sent = payments.sentMessages(order.trace()).get(0);

        List<FinishReport> reports = accounts.finish(List.of(reversal(sent, order("pay back"))));

        assertThat(reports.get(0).outcome().message()).contains("credit-message.reversal");
        assertThat(reports.get(0).outcome().code()).isEqualTo(OutcomeCode.INTERNAL_ERROR);
    }

    private FinishOrder reversal(SentMessage sent, TransactionOrder by) {
        Content content = sent.reversal();
        return new FinishOrder(
                Verb.DELIVER,
                new BranchKey(by.trace(), 1, 1),
                "payments",
                content.digest(),
                TwoServices.DAY,
                "credit-message.reversal",
                content);
    }
}
