package io.feiqian.rpc;

import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * The call context as a value; begin with {@link #until} and add what there is.
 *
 * @param trace the business transaction, where there is one
 * @param subNumber the step inside it
 * @param slot the slot the caller routed by
 * @param epoch the epoch of that slot as the caller knows it
 * @param deadline until when the answer is wanted
 * @param grayLabel the label of a gray release; empty for none
 * @param tenant the tenant; empty for the bank itself
 * @param globalTransaction the global transaction this call works for
 * @param operator who asks for a change by hand; empty for customers' requests
 * @param reason why; empty where there is no operator
 */
public record RequestContext(
        Optional<TraceNumber> trace,
        SubNumber subNumber,
        Optional<Slot> slot,
        Optional<Epoch> epoch,
        Deadline deadline,
        String grayLabel,
        String tenant,
        Optional<TraceNumber> globalTransaction,
        String operator,
        String reason)
        implements CallContext {
    /** A context of which only the deadline is known. */
    public static RequestContext until(Deadline deadline) {
        return new RequestContext(
                Optional.empty(),
                SubNumber.OWN,
                Optional.empty(),
                Optional.empty(),
                deadline,
                "",
                "",
                Optional.empty(),
                "",
                "");
    }

    /** The same values as those of another context. */
    public static RequestContext copyOf(CallContext other) {
        return new RequestContext(
                other.trace(),
                other.subNumber(),
                other.slot(),
                other.epoch(),
                other.deadline(),
                other.grayLabel(),
                other.tenant(),
                other.globalTransaction(),
                other.operator(),
                other.reason());
    }

    /** The same for this transaction. */
    public RequestContext withTrace(TraceNumber newTrace) {
        return with(Optional.of(newTrace), slot, epoch, deadline, operator, reason);
    }

    /** The same, routed by this slot. */
    public RequestContext routedBy(Slot newSlot, Epoch newEpoch) {
        return with(trace, Optional.of(newSlot), Optional.of(newEpoch), deadline, operator, reason);
    }

    /** The same until another deadline. */
    public RequestContext withDeadline(Deadline newDeadline) {
        return with(trace, slot, epoch, newDeadline, operator, reason);
    }

    /** The same with the label of a gray release; empty for none. */
    public RequestContext labelled(String newGrayLabel) {
        return new RequestContext(
                trace,
                subNumber,
                slot,
                epoch,
                deadline,
                newGrayLabel,
                tenant,
                globalTransaction,
                operator,
                reason);
    }

    /** The same, asked for by this operator for this reason. */
    public RequestContext askedBy(String newOperator, String newReason) {
        return with(trace, slot, epoch, deadline, newOperator, newReason);
    }

    private RequestContext with(
            Optional<TraceNumber> newTrace,
            Optional<Slot> newSlot,
            Optional<Epoch> newEpoch,
            Deadline newDeadline,
            String newOperator,
            String newReason) {
        return new RequestContext(
                newTrace,
                subNumber,
                newSlot,
                newEpoch,
                newDeadline,
                grayLabel,
                tenant,
                globalTransaction,
                newOperator,
                newReason);
    }
}
