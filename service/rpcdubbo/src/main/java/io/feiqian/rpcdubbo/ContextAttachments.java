package io.feiqian.rpcdubbo;

import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.support.RpcUtils;

/**
 * How the call context is written in a call's attachments, under the names that it has in gRPC's
 * metadata. The remaining time is Dubbo's own. Read strictly: what is there must be right.
 */
final class ContextAttachments {
    static final String TRACE = "feiqian-trace";
    static final String SUB_NUMBER = "feiqian-sub";
    static final String GRAY_LABEL = "feiqian-gray";
    static final String TENANT = "feiqian-tenant";
    static final String TRACEPARENT = "traceparent";

    private ContextAttachments() {}

    /** Writes everything but the deadline, over whatever was attached before. */
    static void write(Optional<CallContext> context, Invocation call) {
        List.of(TRACE, SUB_NUMBER, GRAY_LABEL, TENANT).forEach(call.getObjectAttachments()::remove);
        context.ifPresent(known -> {
            known.trace().ifPresent(trace -> call.setAttachment(TRACE, trace.toString()));
            if (known.subNumber().number() != 0) {
                call.setAttachment(SUB_NUMBER, known.subNumber().toString());
            }
            put(call, GRAY_LABEL, known.grayLabel());
            put(call, TENANT, known.tenant());
            // A tracer of the application's own goes before.
            if (known instanceof DubboCallContext ours
                    && call.getObjectAttachment(TRACEPARENT) == null) {
                put(call, TRACEPARENT, ours.traceparent());
            }
        });
    }

    private static void put(Invocation call, String name, String value) {
        if (!value.isEmpty()) {
            call.setAttachment(name, value);
        }
    }

    /**
     * Reads the context of a call that came.
     *
     * @param provider as it is registered; its timeout holds where the call names none
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} or {@link
     *     OutcomeCode#INVALID_TRACE_NUMBER} where an attachment is not what it should be
     */
    static CallContext read(Invocation call, URL provider, Clock clock) {
        Optional<TraceNumber> trace = text(call, TRACE).map(TraceNumber::parse);
        SubNumber number =
                text(call, SUB_NUMBER).map(ContextAttachments::number).orElse(SubNumber.OWN);
        String label = text(call, GRAY_LABEL).orElse("");
        String tenant = text(call, TENANT).orElse("");
        try {
            return new DubboCallContext(
                    trace,
                    number,
                    Deadline.after(remaining(call, provider), clock),
                    label,
                    tenant,
                    span(call));
        } catch (IllegalArgumentException malformed) {
            throw refused(String.valueOf(malformed.getMessage()));
        }
    }

    /** Decides nothing, so what cannot be read is none. */
    private static String span(Invocation call) {
        return call.getObjectAttachment(TRACEPARENT) instanceof String span
                        && span.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
                ? span
                : "";
    }

    private static Duration remaining(Invocation call, URL provider) {
        long millis = RpcUtils.getTimeout(call, -1);
        if (millis < 0) {
            Long sent =
                    RpcUtils.convertToNumber(call.getObjectAttachment(CommonConstants.TIMEOUT_KEY));
            millis =
                    sent != null && sent > 0
                            ? sent
                            : provider.getMethodPositiveParameter(
                                    RpcUtils.getMethodName(call),
                                    CommonConstants.TIMEOUT_KEY,
                                    CommonConstants.DEFAULT_TIMEOUT);
        }
        return Duration.ofMillis(millis);
    }

    private static SubNumber number(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw refused(SUB_NUMBER + ": not readable (expected: a whole number)");
        }
        return new SubNumber(Integer.parseInt(text));
    }

    private static Optional<String> text(Invocation call, String name) {
        Object value = call.getObjectAttachment(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text && !text.isEmpty()) {
            return Optional.of(text);
        }
        throw refused(name + ": empty or of another type (expected: a text)");
    }

    private static RefusedException refused(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}
