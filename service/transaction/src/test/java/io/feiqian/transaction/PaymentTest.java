package io.feiqian.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.storage.Answer;
import io.feiqian.transaction.Transactions.Execution;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PaymentTest {
    private final TwoCells cells = new TwoCells();

    @BeforeEach
    void reset() {
        cells.reset();
    }

    @AfterAll
    void close() {
        cells.close();
    }

    @Requirement({"B11.2-b", "D7.1-c"})
    @Test
    void aPaymentMovesMoneyFromOneCellToTheOther() throws Exception {
        TraceNumber trace = cells.trace();

        Execution execution = cells.payer.serving.execute(cells.payment(trace, 1, 2, 500));

        assertThat(answer(execution).isAccepted()).isTrue();
        execution.settled().get(20, TimeUnit.SECONDS);
        assertThat(cells.payer.balance(1)).isEqualTo(TwoCells.RICH - 500);
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 500);
        assertThat(cells.payee.pending()).isZero();
        assertThat(cells.alarms).isEmpty();
    }

    @Requirement("P6.2.2.2-a")
    @Test
    void theLabelOfATransactionReachesItsParticipantsAndIsNoPartOfWhatItIs() throws Exception {
        TraceNumber trace = cells.trace();
        cells.purses.labels.clear();

        Execution gray =
                cells.payer.serving.execute(cells.payment(trace, 1, 2, 500).labelled("version=b"));
        gray.settled().get(20, TimeUnit.SECONDS);
        assertThat(cells.purses.labels)
                .containsExactlyInAnyOrder("try version=b", "confirm version=b");

        Execution again = cells.payer.serving.execute(cells.payment(trace, 1, 2, 500));
        assertThat(answer(again).isAccepted()).as("the same transaction").isTrue();
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 500);
    }

    @Requirement({"B11.2-b", "D7.1-c"})
    @Test
    void aPaymentBeyondTheBalanceIsRefusedForGoodAndLeavesNothingReserved() throws Exception {
        TraceNumber trace = cells.trace();
        GlobalTransaction payment = cells.payment(trace, 1, 2, TwoCells.RICH + 1);

        Execution first = cells.payer.serving.execute(payment);
        first.settled().get(20, TimeUnit.SECONDS);
        cells.payer.run("update purse set balance = 2 * balance where id = 1");
        Execution second = cells.payer.serving.execute(payment);

        assertThat(answer(first).code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(answer(second).code()).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(answer(second).recorded()).isTrue();
        second.settled().get(20, TimeUnit.SECONDS);
        assertThat(cells.payee.pending()).isZero();
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH);
    }

    @Test
    void aPayeeThatDoesNotExistRefusesThePaymentForGood() throws Exception {
        TraceNumber trace = cells.trace();
        GlobalTransaction payment = cells.payment(trace, 1, 999, 5);

        Execution first = cells.payer.serving.execute(payment);
        first.settled().get(20, TimeUnit.SECONDS);

        assertThat(answer(first).code()).isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
        assertThat(answer(cells.payer.serving.execute(payment)).code())
                .isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
        assertThat(cells.payer.serving.find(trace).get(20, TimeUnit.SECONDS).state())
                .isEqualTo(TransactionState.REFUSED);
        assertThat(cells.payer.balance(1)).isEqualTo(TwoCells.RICH);
    }

    @Requirement({"D7.3-0", "D7.3-a"})
    @Test
    void aRepeatedRequestIsAnsweredWithTheRecordedAnswerAndMovesNothingTwice() throws Exception {
        TraceNumber trace = cells.trace();
        GlobalTransaction payment = cells.payment(trace, 1, 2, 500);
        cells.payer.serving.execute(payment).settled().get(20, TimeUnit.SECONDS);

        cells.payer.crash();
        Execution again = cells.payer.serving.execute(payment);

        assertThat(answer(again).isAccepted()).isTrue();
        assertThat(answer(again).recorded()).isTrue();
        again.settled().get(20, TimeUnit.SECONDS);
        assertThat(cells.payer.balance(1)).isEqualTo(TwoCells.RICH - 500);
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 500);
        assertThat(cells.payee.pending()).isZero();
    }

    @Requirement("D7.3-a")
    @Test
    void theSameTraceNumberWithOtherContentIsRefused() throws Exception {
        TraceNumber trace = cells.trace();
        cells.payer.serving.execute(cells.payment(trace, 1, 2, 500)).settled().get();

        Execution other = cells.payer.serving.execute(cells.payment(trace, 1, 2, 501));

        assertThat(answer(other).code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(cells.money()).isEqualTo(TwoCells.allMoney());
        assertThat(cells.payee.pending()).isZero();
    }

    @Test
    void anAbortedPaymentMayBeSentAgainWithTheSameTraceNumber() throws Exception {
        TraceNumber trace = cells.trace();
        cells.network = TwoCells::nobody;
        GlobalTransaction payment = cells.payment(trace, 1, 2, 500, Duration.ofSeconds(2));
        Execution first = cells.payer.serving.execute(payment);
        assertThat(answer(first).code()).isEqualTo(OutcomeCode.CELL_UNAVAILABLE);

        cells.network = cells::deliver;
        first.settled().get(20, TimeUnit.SECONDS);
        Execution second = cells.payer.serving.execute(cells.payment(trace, 1, 2, 500));

        assertThat(answer(second).isAccepted()).isTrue();
        second.settled().get(20, TimeUnit.SECONDS);
        assertThat(cells.payee.balance(2)).isEqualTo(TwoCells.RICH + 500);
        assertThat(cells.payer.number("select attempt from decision")).isEqualTo(2);
        assertThat(cells.money()).isEqualTo(TwoCells.allMoney());
    }

    @Test
    void decidedComesBeforeSettledAndAQueryTellsWhich() throws Exception {
        TraceNumber trace = cells.trace();
        cells.network =
                message ->
                        message.kind() == PeerMessage.Kind.CONFIRM
                                ? TwoCells.lose(message)
                                : cells.deliver(message);

        Execution execution = cells.payer.serving.execute(cells.payment(trace, 1, 2, 500));

        assertThat(answer(execution).isAccepted()).isTrue();
        assertThat(execution.settled()).isNotDone();
        assertThat(cells.payer.serving.find(trace).get(20, TimeUnit.SECONDS).state())
                .isEqualTo(TransactionState.DECIDED);
        cells.network = cells::deliver;
        execution.settled().get(20, TimeUnit.SECONDS);
        // The end is recorded lazily; before that, whoever takes over finds it decided.
        while (cells.payer.number("select count(*) from decision where finished_at is null") > 0) {
            cells.timer.pause(Duration.ofMillis(10));
        }
        cells.payer.crash();
        assertThat(cells.payer.serving.find(trace).get(20, TimeUnit.SECONDS).state())
                .isEqualTo(TransactionState.SETTLED);
    }

    private static Answer answer(Execution execution) throws Exception {
        return execution.decided().get(20, TimeUnit.SECONDS);
    }
}
