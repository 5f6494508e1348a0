package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.Slot;

/**
 * One branch row: a participant's part in another cell's transaction. Immutable.
 *
 * @param key the row's key (attempt)
 * @param state how far it has come
 * @param slot the slot it moves with (home-slot)
 * @param initiator the cell that began the transaction
 * @param transactionDigest the digest of the whole transaction
 * @param digest the digest of the branch
 * @param service the participant
 * @param content what it is to do
 * @param decideBy milliseconds since 1970 by this database's clock from when on it may inquire
 * @param businessDate the day it posts under
 * @param outcome accepted, or the recorded refusal of the try
 * @param finishedAt milliseconds since 1970 by the database's clock; 0 while tried
 */
public record Branch(
        BranchKey key,
        BranchState state,
        Slot slot,
        CellId initiator,
        long transactionDigest,
        long digest,
        String service,
        Content content,
        long decideBy,
        BusinessDate businessDate,
        Outcome outcome,
        long finishedAt) {
    /** The row in a final state, since this time by the database's clock. */
    public Branch finished(BranchState newState, long nowMillis) {
        return new Branch(
                key,
                newState,
                slot,
                initiator,
                transactionDigest,
                digest,
                service,
                content,
                decideBy,
                businessDate,
                outcome,
                nowMillis);
    }

    /** The row of a try that was refused for a business reason, since this time. */
    public Branch refused(Outcome.Refused reason, long nowMillis) {
        return new Branch(
                key,
                BranchState.REFUSED,
                slot,
                initiator,
                transactionDigest,
                digest,
                service,
                content,
                decideBy,
                businessDate,
                reason,
                nowMillis);
    }

    /**
     * What the participant is told.
     *
     * @param label the label of a gray release that came with the message; empty for none
     */
    public BranchCall call(String label) {
        return new BranchCall(
                key, slot, initiator, transactionDigest, content, businessDate, label);
    }
}
