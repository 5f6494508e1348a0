package io.feiqian.bank;

import io.feiqian.ledger.Posted;
import io.feiqian.storage.Answer;
import java.util.Optional;

/**
 * What became of an order to move money.
 *
 * @param answer accepted, refused or unknown; the value is the payer's leg
 * @param settled whether every leg is posted (decided-settled)
 */
record Moved(Answer answer, boolean settled) {
    /** The payer's leg as it stands in the journal. */
    Optional<Posted> payerLeg() {
        return answer.value(Posted.class);
    }
}
