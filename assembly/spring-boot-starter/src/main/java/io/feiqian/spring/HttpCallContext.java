package io.feiqian.spring;

import io.feiqian.governance.TravellingLabel;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * What travels with a call over HTTP. That of the request which a thread serves goes on with what
 * its handler calls, on the same thread; elsewhere it is handed on with {@code
 * client.get().attribute(GovernedSender.CONTEXT, context)}. Begin one with {@link #until} and add
 * what there is. A branch of a global transaction travels by itself ({@link ContextSender}),
 * signed.
 *
 * @param trace the business transaction, where there is one
 * @param subNumber the step inside it
 * @param deadline until when the answer is wanted; far away where nobody said
 * @param grayLabel the label that chooses instances, {@link TravellingLabel}; empty for none
 * @param tenant the tenant; empty for the bank itself
 * @param traceparent the span that it belongs to, in the form of W3C Trace Context; empty for none
 * @param tracestate what goes with the span; empty for nothing
 */
public record HttpCallContext(
        Optional<TraceNumber> trace,
        SubNumber subNumber,
        Deadline deadline,
        String grayLabel,
        String tenant,
        String traceparent,
        String tracestate)
        implements CallContext {
    /** Where the context of the request is kept that a thread serves. */
    static final String ATTRIBUTE = HttpCallContext.class.getName();

    private static final Duration NEVER = Duration.ofDays(3_650);
    private static final Duration LONGEST = Duration.ofMillis(999_999_999);
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Refuses a label or a tenant that no process would read. */
    public HttpCallContext {
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
    public static HttpCallContext until(Deadline deadline) {
        return new HttpCallContext(Optional.empty(), SubNumber.OWN, deadline, "", "", "", "");
    }

    /** A context of which nothing is known. */
    static HttpCallContext unbounded(Clock clock) {
        return until(Deadline.after(NEVER, clock));
    }

    /** What another protocol brought. */
    static HttpCallContext of(CallContext other, String traceparent) {
        return other instanceof HttpCallContext own
                ? own
                : new HttpCallContext(
                        other.trace(),
                        other.subNumber(),
                        other.deadline(),
                        other.grayLabel(),
                        other.tenant(),
                        traceparent,
                        "");
    }

    /** The context of the request that this thread serves; empty for none. */
    public static Optional<HttpCallContext> current() {
        RequestAttributes served = RequestContextHolder.getRequestAttributes();
        return served != null
                        && served.getAttribute(ATTRIBUTE, RequestAttributes.SCOPE_REQUEST)
                                instanceof HttpCallContext context
                ? Optional.of(context)
                : Optional.empty();
    }

    /** The same for this transaction. */
    public HttpCallContext withTrace(TraceNumber newTrace) {
        return new HttpCallContext(
                Optional.of(newTrace),
                subNumber,
                deadline,
                grayLabel,
                tenant,
                traceparent,
                tracestate);
    }

    /** The same for this step of its transaction. */
    public HttpCallContext atStep(SubNumber newNumber) {
        return new HttpCallContext(
                trace, newNumber, deadline, grayLabel, tenant, traceparent, tracestate);
    }

    /** The same with this label. */
    public HttpCallContext labelled(String newLabel) {
        return new HttpCallContext(
                trace, subNumber, deadline, newLabel, tenant, traceparent, tracestate);
    }

    /** The same for this tenant. */
    public HttpCallContext ofTenant(String newTenant) {
        return new HttpCallContext(
                trace, subNumber, deadline, grayLabel, newTenant, traceparent, tracestate);
    }

    /** Whether somebody said until when. */
    boolean isBounded() {
        return deadline.remaining().compareTo(LONGEST) <= 0;
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
