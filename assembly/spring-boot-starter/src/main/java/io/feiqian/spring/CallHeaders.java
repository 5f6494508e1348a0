package io.feiqian.spring;

import io.feiqian.participant.GrayHeader;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/**
 * How the call context is written in a request's headers: the names that it has in gRPC's metadata,
 * the remaining time as the gateway reads it, and W3C Trace Context. Read strictly, but for the
 * label and the trace, which decide nothing that has to be right.
 */
final class CallHeaders {
    static final String TIMEOUT = "Feiqian-Timeout-Ms";
    static final String TRACE = "feiqian-trace";
    static final String SUB_NUMBER = "feiqian-sub";
    static final String TENANT = "feiqian-tenant";
    static final String CALLER = "feiqian-caller";
    static final String TRACEPARENT = "traceparent";
    static final String TRACESTATE = "tracestate";

    private static final int LONGEST_TRACESTATE = 512;

    private CallHeaders() {}

    /** Writes what is there; what a call was given by hand, or by a tracer, is left as it is. */
    static void write(HttpCallContext context, String caller, HttpHeaders headers) {
        put(headers, CALLER, caller);
        context.trace().ifPresent(each -> put(headers, TRACE, each.toString()));
        if (context.subNumber().number() != 0) {
            put(headers, SUB_NUMBER, context.subNumber().toString());
        }
        put(headers, GrayHeader.NAME, context.grayLabel());
        put(headers, TENANT, context.tenant());
        if (!headers.containsHeader(TRACEPARENT)) {
            put(headers, TRACEPARENT, context.traceparent());
            put(headers, TRACESTATE, context.tracestate());
        }
        if (context.isBounded()) {
            // Nobody may promise more than is left, whatever the call was given by hand.
            long left = Math.max(0, context.deadline().remaining().toMillis());
            String said = headers.getFirst(TIMEOUT);
            boolean less =
                    said != null && said.matches("[0-9]{1,9}") && Long.parseLong(said) < left;
            if (!less) {
                headers.set(TIMEOUT, Long.toString(left));
            }
        }
    }

    private static void put(HttpHeaders headers, String name, String value) {
        if (!value.isEmpty() && !headers.containsHeader(name)) {
            headers.set(name, value);
        }
    }

    /**
     * Reads the context of a request.
     *
     * @param within the time of a request that names none; zero for no bound
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST}, {@link
     *     OutcomeCode#INVALID_TRACE_NUMBER} or, where no time is left, {@link
     *     OutcomeCode#DEADLINE_EXPIRED}
     */
    static HttpCallContext read(HttpServletRequest request, Duration within, Clock clock) {
        Deadline deadline = deadline(request, within, clock);
        String parent = lenient(request, TRACEPARENT);
        boolean known = parent.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
        String state = known ? lenient(request, TRACESTATE) : "";
        try {
            return new HttpCallContext(
                    only(request, TRACE).map(TraceNumber::parse),
                    only(request, SUB_NUMBER).map(CallHeaders::number).orElse(SubNumber.OWN),
                    deadline,
                    GrayHeader.read(lenient(request, GrayHeader.NAME)).orElse(""),
                    only(request, TENANT).orElse(""),
                    known ? parent : "",
                    state.length() > LONGEST_TRACESTATE ? "" : state);
        } catch (IllegalArgumentException malformed) {
            throw refused(String.valueOf(malformed.getMessage()));
        }
    }

    private static Deadline deadline(HttpServletRequest request, Duration within, Clock clock) {
        Optional<String> asked = only(request, TIMEOUT);
        if (asked.isEmpty()) {
            return within.isZero()
                    ? HttpCallContext.unbounded(clock).deadline()
                    : Deadline.after(within, clock);
        }
        if (!asked.get().matches("[0-9]{1,9}")) {
            throw refused(TIMEOUT + ": not readable (expected: milliseconds)");
        }
        Duration left = Duration.ofMillis(Long.parseLong(asked.get()));
        if (left.isZero()) {
            throw new RefusedException(
                    OutcomeCode.DEADLINE_EXPIRED, "the deadline passed before the work began");
        }
        return Deadline.after(within.isZero() || left.compareTo(within) < 0 ? left : within, clock);
    }

    private static SubNumber number(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw refused(SUB_NUMBER + ": not readable (expected: a whole number)");
        }
        return new SubNumber(Integer.parseInt(text));
    }

    private static Optional<String> only(HttpServletRequest request, String name) {
        List<String> all = Collections.list(request.getHeaders(name));
        if (all.size() > 1) {
            throw refused(name + ": " + all.size() + " times (expected: once)");
        }
        return all.stream().findFirst();
    }

    private static String lenient(HttpServletRequest request, String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    private static RefusedException refused(String message) {
        return new RefusedException(OutcomeCode.MALFORMED_REQUEST, message);
    }
}
