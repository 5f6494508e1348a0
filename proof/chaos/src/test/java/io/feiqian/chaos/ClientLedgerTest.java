package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ClientLedgerTest {
    private static final AccountNumber A =
            AccountNumber.of(new Slot(1), AccountNumber.Kind.CUSTOMER, 1);
    private static final AccountNumber B =
            AccountNumber.of(new Slot(5_000), AccountNumber.Kind.CUSTOMER, 2);

    private final ClientLedger ledger = new ClientLedger();

    private static Operation transfer(long serial, long minor) {
        return new Operation(
                TraceNumber.of(BusinessDate.parse("1993-01-01"), A.slot(), 999, serial),
                Operation.Kind.TRANSFER_ACROSS_CELLS,
                A,
                B,
                minor,
                Optional.empty());
    }

    @Test
    void onlyWhatWasAcceptedMovesABalance() {
        ledger.record(transfer(1, 100), OutcomeCode.ACCEPTED);
        ledger.record(transfer(2, 10), OutcomeCode.INSUFFICIENT_FUNDS);
        ledger.record(transfer(3, 1), OutcomeCode.CELL_UNAVAILABLE);
        assertThat(ledger.balances()).containsEntry(A, -100L).containsEntry(B, 100L);
        assertThat(ledger.entriesOf(B)).hasSize(1);
        assertThat(ledger.counts().refused()).isEqualTo(2);
    }

    @Test
    void anUnknownOneIsAskedAgainUntilItIsDefinite() {
        Operation unsure = transfer(1, 100);
        ledger.record(unsure, OutcomeCode.UNKNOWN);
        assertThat(ledger.unknown()).containsExactly(unsure);
        ledger.resolve(unsure, OutcomeCode.UNKNOWN);
        assertThat(ledger.unknown()).containsExactly(unsure);
        ledger.resolve(unsure, OutcomeCode.ACCEPTED);
        assertThat(ledger.unknown()).isEmpty();
        assertThat(ledger.balances()).containsEntry(B, 100L);
        assertThat(ledger.counts().laterResolved()).isEqualTo(1);
    }

    @Test
    void aFaultOfTheBankTellsNothingOfWhatHappened() {
        ledger.record(transfer(1, 100), OutcomeCode.INTERNAL_ERROR);
        assertThat(ledger.unknown()).hasSize(1);
    }

    @Test
    void aRepetitionThatIsNotRecognisedIsAFinding() {
        Operation first = transfer(1, 100);
        ledger.record(first, OutcomeCode.ACCEPTED);
        ledger.repeated(first, OutcomeCode.ACCEPTED, true);
        ledger.repeated(first, OutcomeCode.CELL_UNAVAILABLE, false);
        ledger.forged(first, OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(ledger.findings()).isEmpty();
        ledger.repeated(first, OutcomeCode.ACCEPTED, false);
        ledger.repeated(first, OutcomeCode.INSUFFICIENT_FUNDS, false);
        ledger.forged(first, OutcomeCode.ACCEPTED);
        assertThat(ledger.findings()).hasSize(3);
    }
}
