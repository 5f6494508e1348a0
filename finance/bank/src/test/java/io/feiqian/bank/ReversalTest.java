package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.GetTransactionRequest;
import io.feiqian.bank.contract.MovementResponse;
import io.feiqian.bank.contract.ReverseRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.bank.contract.Wait;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class ReversalTest {
    private static final List<Slot> PAYEES = List.of(TwoCells.ALSO_IN_FIRST, TwoCells.IN_SECOND);

    @TempDir private static Path secrets;
    private TwoCells cells;

    @BeforeAll
    void start() {
        cells = new TwoCells(secrets);
    }

    @AfterAll
    void stop() {
        cells.close();
    }

    @Test
    void paysBackInPartsThatNeverExceedTheOriginal() {
        for (Slot slot : PAYEES) {
            String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
            String payee = cells.funded(slot, "45.00");
            TransferRequest.Builder original = moved(payer, payee, "40.00");
            assertThat(code(send(reversal(original, "15.00")))).isEqualTo(OutcomeCode.ACCEPTED);
            assertThat(cells.balance(payer)).isEqualTo("75.00");
            assertThat(reversed(original)).isEqualTo("15.00");
            ReverseRequest.Builder tooMuch = reversal(original, "25.01");
            assertThat(code(send(tooMuch))).isEqualTo(OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL);
            assertThat(send(tooMuch).getOutcome().getRecorded()).isTrue();
            ReverseRequest.Builder rest = reversal(original, "");
            assertThat(code(send(rest))).isEqualTo(OutcomeCode.ACCEPTED);
            assertThat(cells.balance(payer)).isEqualTo("100.00");
            assertThat(cells.balance(payee)).isEqualTo("45.00");
            assertThat(reversed(original)).isEqualTo("40.00");
            MovementResponse again = send(rest);
            assertThat(code(again)).isEqualTo(OutcomeCode.ACCEPTED);
            assertThat(again.getOutcome().getRecorded()).isTrue();
            assertThat(code(send(reversal(original, ""))))
                    .isEqualTo(OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL);
            assertThat(cells.balance(payer)).isEqualTo("100.00");
        }
    }

    @Test
    void asksToWaitForAnOriginalThatIsDecidedAndNotSettled() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        cells.peers().lose(PeerMessage.Kind.CONFIRM);
        cells.peers().lose(PeerMessage.Kind.INQUIRY);
        TransferRequest.Builder original = cells.transfer(payer, payee, "60.00");
        assertThat(cells.send(original.setWait(Wait.DECIDED)).getState()).isEqualTo("DECIDED");
        ReverseRequest.Builder early = reversal(original, "");
        assertThat(code(send(early))).isEqualTo(OutcomeCode.WAIT);
        cells.peers().heal();
        assertThat(cells.send(original.setWait(Wait.SETTLED)).getState()).isEqualTo("SETTLED");
        assertThat(code(send(early))).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(cells.balance(payer)).isEqualTo("100.00");
    }

    @Test
    void paysBackOnceHoweverManyAskAtOnce() {
        for (Slot slot : PAYEES) {
            String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
            String payee = cells.funded(slot, "500.00");
            TransferRequest.Builder original = moved(payer, payee, "40.00");
            List<ReverseRequest.Builder> all =
                    IntStream.range(0, 8).mapToObj(i -> reversal(original, "40.00")).toList();
            List<OutcomeCode> codes = all.parallelStream().map(each -> code(send(each))).toList();
            assertThat(codes.stream().filter(each -> each == OutcomeCode.ACCEPTED)).hasSize(1);
            assertThat(codes)
                    .containsOnly(OutcomeCode.ACCEPTED, OutcomeCode.REVERSAL_EXCEEDS_ORIGINAL);
            assertThat(cells.balance(payer)).isEqualTo("100.00");
            assertThat(cells.balance(payee)).isEqualTo("500.00");
        }
    }

    @Test
    void refusesWhatCannotBeTakenBack() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder original = moved(payer, payee, "40.00");
        ReverseRequest.Builder back = reversal(original, "10.00");
        assertThat(code(send(back))).isEqualTo(OutcomeCode.ACCEPTED);

        // A reversal itself: its payee is the original payer.
        ReverseRequest.Builder ofReversal =
                ReverseRequest.newBuilder()
                        .setTraceNumber(cells.trace(payer).toString())
                        .setOriginalTraceNumber(back.getTraceNumber());
        assertThat(code(send(ofReversal))).isEqualTo(OutcomeCode.NOT_REVERSIBLE);

        ReverseRequest.Builder ofNothing =
                reversal(original, "1.00").setOriginalTraceNumber(cells.trace(payer).toString());
        assertThat(code(send(ofNothing))).isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);

        ReverseRequest.Builder atThePayer =
                reversal(original, "1.00").setTraceNumber(cells.trace(payer).toString());
        assertThat(code(send(atThePayer))).isEqualTo(OutcomeCode.TRACE_NOT_AT_HOME);

        ReverseRequest.Builder inDollars = reversal(original, "1.00").setCurrency("USD");
        assertThat(code(send(inDollars))).isEqualTo(OutcomeCode.CURRENCY_MISMATCH);

        TransferRequest.Builder refused = cells.transfer(payer, payee, "1000.00");
        assertThat(code(cells.send(refused))).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        ReverseRequest.Builder ofRefused = reversal(refused, "1.00");
        OutcomeCode answer = code(send(ofRefused));
        while (answer == OutcomeCode.WAIT) {
            // Until the payee's cell has heard of the refusal.
            answer = code(send(ofRefused));
        }
        assertThat(answer).isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);
        assertThat(cells.balance(payer)).isEqualTo("70.00");
        assertThat(cells.balance(payee)).isEqualTo("30.00");
    }

    @Test
    void doesNotPayBackWhatThePayeeNoLongerHas() {
        String payer = cells.funded(TwoCells.IN_FIRST, "100.00");
        String payee = cells.account(TwoCells.IN_SECOND, "");
        TransferRequest.Builder original = moved(payer, payee, "40.00");
        moved(payee, cells.account(TwoCells.IN_SECOND, ""), "30.00");
        assertThat(code(send(reversal(original, "")))).isEqualTo(OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(code(send(reversal(original, "10.00")))).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(cells.balance(payer)).isEqualTo("70.00");
    }

    private TransferRequest.Builder moved(String payer, String payee, String amount) {
        TransferRequest.Builder transfer = cells.transfer(payer, payee, amount);
        assertThat(code(cells.send(transfer))).isEqualTo(OutcomeCode.ACCEPTED);
        return transfer;
    }

    private ReverseRequest.Builder reversal(TransferRequest.Builder original, String amount) {
        return ReverseRequest.newBuilder()
                .setTraceNumber(cells.trace(original.getPayeeAccount()).toString())
                .setOriginalTraceNumber(original.getTraceNumber())
                .setAmount(amount)
                .setCurrency("CNY")
                .setText("taken back")
                .setWait(Wait.SETTLED);
    }

    private MovementResponse send(ReverseRequest.Builder reversal) {
        return cells.bank(TraceNumber.parse(reversal.getTraceNumber()).home())
                .reverse(reversal.build());
    }

    private String reversed(TransferRequest.Builder original) {
        return cells.bank(original.getPayerAccount())
                .getTransaction(
                        GetTransactionRequest.newBuilder()
                                .setTraceNumber(original.getTraceNumber())
                                .build())
                .getReversedAmount();
    }

    private static OutcomeCode code(MovementResponse response) {
        return OutcomeCode.ofNumber(response.getOutcome().getCode());
    }
}
