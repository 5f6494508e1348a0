package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GlobalLedgerTest {
    private final GlobalLedger ledger = new GlobalLedger();

    private static GlobalRequest request(long serial, long account) {
        return new GlobalRequest(
                TraceNumber.of(BusinessDate.parse("2026-07-01"), new Slot(1), 997, serial)
                        .toString(),
                GlobalKind.SQL,
                "payments",
                false,
                "",
                List.of(
                        new Leg("accounts", Leg.How.SQL, account, 30),
                        new Leg("payments", Leg.How.OWN, 2, -30)));
    }

    @Test
    void anAbortedRequestMayBeAcceptedWhenItIsAskedAgain() {
        GlobalRequest request = request(1, 1);
        ledger.record(request, OutcomeCode.ABORTED);
        assertThat(ledger.standing(request)).isEqualTo(GlobalLedger.Standing.VOID);
        ledger.record(request, OutcomeCode.ACCEPTED);
        ledger.record(request, OutcomeCode.OVERLOADED);
        assertThat(ledger.standing(request)).isEqualTo(GlobalLedger.Standing.ACCEPTED);
        assertThat(ledger.findings()).isEmpty();
    }

    @Test
    void onceUnknownOnlyAFinalAnswerCounts() {
        GlobalRequest request = request(1, 1);
        ledger.record(request, OutcomeCode.UNKNOWN);
        ledger.record(request, OutcomeCode.ABORTED);
        assertThat(ledger.unknown()).containsExactly(request);
        ledger.record(request, OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(ledger.unknown()).isEmpty();
        assertThat(ledger.counts().laterResolved()).isEqualTo(1);
    }

    @Test
    void twoFinalAnswersThatDifferAreAFinding() {
        ledger.record(request(1, 1), OutcomeCode.ACCEPTED);
        ledger.record(request(1, 1), OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(ledger.findings()).hasSize(1);
    }

    @Test
    void whatCanOnlyBeRefusedAndIsAcceptedIsAFinding() {
        ledger.record(request(1, ServiceAccounts.NOBODY), OutcomeCode.ACCEPTED);
        assertThat(ledger.findings()).hasSize(1);
    }

    @Test
    void aForgeryThatIsAcceptedIsAFinding() {
        ledger.record(request(1, 1), OutcomeCode.ACCEPTED);
        ledger.forged(request(1, 1), OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ledger.findings()).isEmpty();
        ledger.forged(request(1, 1), OutcomeCode.ACCEPTED);
        assertThat(ledger.findings()).hasSize(1);
    }
}
