package io.feiqian.bank;

import io.feiqian.ledger.ContentDigest;
import io.feiqian.ledger.EntryKind;
import io.feiqian.ledger.Movement;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * What a request asks the bank to take back, read and found to be right in itself.
 *
 * @param trace the reversal's own number; its home slot is the original payee's, who pays it back
 * @param original the transaction to take back
 * @param amount the part to take back; empty for all that is left
 * @param text what a person reads on the statements
 */
record ReversalOrder(TraceNumber trace, TraceNumber original, Optional<Money> amount, String text) {
    private static final long ALL_THAT_IS_LEFT = 0;

    /** Refuses a reversal of itself and a text that the books cannot hold. */
    ReversalOrder {
        if (trace.equals(original)) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "original_trace_number: the reversal's own (expected: another one)");
        }
        Fields.text("text", text, Movement.LONGEST_TEXT);
    }

    /**
     * The digest of what was asked: "all that is left" is a content of its own, whatever it comes
     * to, so that a repetition is recognised after everything was taken back.
     */
    long digest() {
        ContentDigest digest =
                ContentDigest.begin(EntryKind.REVERSAL)
                        .add(original.head())
                        .add(original.serial())
                        .add(amount.map(Money::minor).orElse(ALL_THAT_IS_LEFT))
                        .add(amount.map(money -> money.currency().number()).orElse(0))
                        .add(text);
        return digest.end();
    }
}
