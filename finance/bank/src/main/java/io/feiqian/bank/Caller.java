package io.feiqian.bank;

import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import java.util.Optional;

/**
 * What a request's call context says that its execution needs.
 *
 * @param deadline until when the answer is wanted
 * @param slot the slot the caller routed by
 * @param epoch the epoch of that slot as the caller knows it
 * @param operator who asks for a change by hand; empty for customers' requests
 * @param reason why; empty where there is no operator
 * @param label the label of a gray release; empty for none
 */
record Caller(
        Deadline deadline,
        Optional<Slot> slot,
        Optional<Epoch> epoch,
        String operator,
        String reason,
        String label) {
    static Caller of(CallContext context) {
        return new Caller(
                context.deadline(),
                context.slot(),
                context.epoch(),
                context.operator(),
                context.reason(),
                context.grayLabel());
    }

    /** The epoch of this slot, where the caller knows it. */
    Optional<Epoch> epochOf(Slot of) {
        return slot.filter(of::equals).isPresent() ? epoch : Optional.empty();
    }
}
