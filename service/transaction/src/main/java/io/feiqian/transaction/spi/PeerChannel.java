package io.feiqian.transaction.spi;

import io.feiqian.routing.WorkKind;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.transaction.PeerReply;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * How protocol messages reach the owner of a slot, this cell included. Thread-safe; never blocks.
 *
 * <p>Messages may be lost, repeated and reordered; the protocol relies on nothing else (framed).
 */
public interface PeerChannel {
    /**
     * Sends a message to an instance of the cell that owns its slot, fills in the epoch this
     * process knows where the message has none, and refreshes the route map once on WRONG_CELL.
     *
     * @return completes with what was answered, or with {@link PeerReply.Unheard} where no answer
     *     came in time: then the message may or may not have had its effect. Never exceptionally.
     */
    CompletableFuture<PeerReply> send(PeerMessage message);

    /**
     * Whether a slot admits this work by the route map this process knows; {@code ACCEPTED} where
     * that says nothing against it. The fence of a commit is what decides; this keeps work that it
     * would refuse only after others have begun from beginning.
     */
    default OutcomeCode admits(Slot slot, WorkKind work) {
        return OutcomeCode.ACCEPTED;
    }

    /** The cell that owns a slot by the route map this process knows. */
    Optional<CellId> owner(Slot slot);
}
