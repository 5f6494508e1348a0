package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import java.time.Duration;
import java.util.Optional;

/**
 * One message between the initiator and a participant. Every message carries the attempt, both
 * digests and the content, so that nothing depends on what came before it (attempt, framed,
 * unknown-branch).
 *
 * @param kind what is asked
 * @param slot whom it is for: the branch's slot, or for an inquiry the transaction's home slot
 * @param epoch the epoch of that slot as the sender knows it
 * @param key the branch it is about
 * @param initiator the cell that decides
 * @param transactionDigest the digest of the whole transaction
 * @param digest the digest of the branch
 * @param service the participant
 * @param content what the participant is to do
 * @param businessDate the day of the transaction
 * @param remaining how long the answer is wanted
 * @param decideByRemaining how long until the transaction's {@code decide_by}; zero or negative
 *     once it has passed (decide-by: deadlines travel as remaining time)
 * @param label the label of a gray release that goes with the transaction; empty for none
 */
public record PeerMessage(
        Kind kind,
        Slot slot,
        Optional<Epoch> epoch,
        BranchKey key,
        CellId initiator,
        long transactionDigest,
        long digest,
        String service,
        Content content,
        BusinessDate businessDate,
        Duration remaining,
        Duration decideByRemaining,
        String label) {
    /** The same of no label. */
    public PeerMessage(
            Kind kind,
            Slot slot,
            Optional<Epoch> epoch,
            BranchKey key,
            CellId initiator,
            long transactionDigest,
            long digest,
            String service,
            Content content,
            BusinessDate businessDate,
            Duration remaining,
            Duration decideByRemaining) {
        this(
                kind,
                slot,
                epoch,
                key,
                initiator,
                transactionDigest,
                digest,
                service,
                content,
                businessDate,
                remaining,
                decideByRemaining,
                "");
    }

    /** What is asked. */
    public enum Kind {
        /** Phase one. */
        TRY(1),
        /** Phase two after a commit. */
        CONFIRM(2),
        /** Phase two after an abort. */
        CANCEL(3),
        /** What became of the transaction; asked by a branch past its deadline. */
        INQUIRY(4);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        /** The stable number on the wire. */
        public int number() {
            return number;
        }
    }

    /** The same message with the epoch that the sender knows. */
    public PeerMessage with(Epoch known) {
        return new PeerMessage(
                kind,
                slot,
                Optional.of(known),
                key,
                initiator,
                transactionDigest,
                digest,
                service,
                content,
                businessDate,
                remaining,
                decideByRemaining,
                label);
    }
}
