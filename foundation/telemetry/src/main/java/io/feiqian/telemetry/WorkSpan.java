package io.feiqian.telemetry;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.util.Optional;
import org.slf4j.MDC;

/**
 * One piece of work under observation. It may begin and end on different threads; each thread that
 * works on it enters it, so that log lines and further spans know where they belong. Thread-safe.
 */
public final class WorkSpan implements AutoCloseable {
    /** The span that is nothing. */
    static final WorkSpan NONE = new WorkSpan(Span.getInvalid(), Optional.empty());

    private final Span span;
    private final Optional<TraceNumber> trace;

    WorkSpan(Span span, Optional<TraceNumber> trace) {
        this.span = span;
        this.trace = trace;
    }

    /**
     * Enters the span with the current thread: to be closed by the same thread, inside a
     * try-with-resources statement.
     */
    public Tracing.Entered enter() {
        SpanContext context = span.getSpanContext();
        if (!context.isValid()) {
            return Tracing.logAs(trace);
        }
        Tracing.Entered number = Tracing.logAs(trace);
        String earlierTrace = MDC.get(LogFields.TRACE_ID);
        String earlierSpan = MDC.get(LogFields.SPAN_ID);
        MDC.put(LogFields.TRACE_ID, context.getTraceId());
        MDC.put(LogFields.SPAN_ID, context.getSpanId());
        Scope scope = ContextStorage.get().attach(Context.current().with(span));
        return () -> {
            scope.close();
            LogFields.restore(LogFields.SPAN_ID, earlierSpan);
            LogFields.restore(LogFields.TRACE_ID, earlierTrace);
            number.close();
        };
    }

    /** What calls made for this work send along, in the form of W3C Trace Context; or empty. */
    public String traceparent() {
        return Traceparent.write(span.getSpanContext());
    }

    /** Notes a fact for people; no personal data and no secrets. */
    public WorkSpan note(String name, String value) {
        span.setAttribute(name, value);
        return this;
    }

    /** Notes a number for people. */
    public WorkSpan note(String name, long value) {
        span.setAttribute(name, value);
        return this;
    }

    /** Notes how the work ended; a fault of ours and <em>unknown</em> mark the span as an error. */
    public WorkSpan outcome(Outcome outcome) {
        if (span.isRecording()) {
            OutcomeCode code = outcome.code();
            span.setAttribute("feiqian.outcome", code.name());
            if (code.kind() == OutcomeCode.Kind.FAULT || code.kind() == OutcomeCode.Kind.UNKNOWN) {
                span.setStatus(StatusCode.ERROR, outcome.message());
            }
        }
        return this;
    }

    /** Notes an exception and marks the span as an error. */
    public WorkSpan fault(Throwable fault) {
        if (span.isRecording()) {
            span.recordException(fault);
            span.setStatus(StatusCode.ERROR, fault.toString());
        }
        return this;
    }

    /** Ends the work; ending it twice is without effect. */
    @Override
    public void close() {
        span.end();
    }
}
