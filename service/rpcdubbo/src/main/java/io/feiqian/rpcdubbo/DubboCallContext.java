package io.feiqian.rpcdubbo;

import io.feiqian.governance.TravellingLabel;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What travels with a call over Dubbo; begin with {@link #until} and add what there is. Calls to
 * cells do not go over Dubbo, so there is no slot and no epoch; a branch of a global transaction
 * travels by itself ({@code feiqian-participant-dubbo}), signed.
 *
 * @param trace the business transaction, where there is one
 * @param subNumber the step inside it
 * @param deadline until when the answer is wanted
 * @param grayLabel the label that chooses instances, {@link TravellingLabel}; empty for none
 * @param tenant the tenant; empty for the bank itself
 * @param traceparent the span that it belongs to, in the form of W3C Trace Context; empty for none
 */
public record DubboCallContext(
        Optional<TraceNumber> trace,
        SubNumber subNumber,
        Deadline deadline,
        String grayLabel,
        String tenant,
        String traceparent)
        implements CallContext {
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Refuses a label or a tenant that no process would read. */
    public DubboCallContext {
        if (!grayLabel.isEmpty() && !TravellingLabel.isWellFormed(grayLabel)) {
            throw new IllegalArgumentException(
                    "label: not readable (expected: " + TravellingLabel.EXPECTED + ")");
        }
        if (!tenant.isEmpty() && !TENANT.matcher(tenant).matches()) {
            throw new IllegalArgumentException(
                    "tenant: not readable (expected: letters, digits and . _ -, at most 64)");
        }
    }

    /** A context of which only the deadline is known. */
    public static DubboCallContext until(Deadline deadline) {
        return new DubboCallContext(Optional.empty(), SubNumber.OWN, deadline, "", "", "");
    }

    /** The same for this transaction. */
    public DubboCallContext withTrace(TraceNumber newTrace) {
        return new DubboCallContext(
                Optional.of(newTrace), subNumber, deadline, grayLabel, tenant, traceparent);
    }

    /** The same for this step of its transaction. */
    public DubboCallContext atStep(SubNumber newNumber) {
        return new DubboCallContext(trace, newNumber, deadline, grayLabel, tenant, traceparent);
    }

    /** The same with this label. */
    public DubboCallContext labelled(String newLabel) {
        return new DubboCallContext(trace, subNumber, deadline, newLabel, tenant, traceparent);
    }

    /** The same for this tenant. */
    public DubboCallContext ofTenant(String newTenant) {
        return new DubboCallContext(trace, subNumber, deadline, grayLabel, newTenant, traceparent);
    }

    /** The same as part of this span. */
    public DubboCallContext spanned(String newTraceparent) {
        return new DubboCallContext(trace, subNumber, deadline, grayLabel, tenant, newTraceparent);
    }

    @Override
    public Optional<Slot> slot() {
        return Optional.empty();
    }

    @Override
    public Optional<Epoch> epoch() {
        return Optional.empty();
    }

    @Override
    public Optional<TraceNumber> globalTransaction() {
        return Optional.empty();
    }

    @Override
    public String operator() {
        return "";
    }

    @Override
    public String reason() {
        return "";
    }
}
