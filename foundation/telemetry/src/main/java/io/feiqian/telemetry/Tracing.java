package io.feiqian.telemetry;

import io.feiqian.vocabulary.TraceNumber;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.util.Optional;
import org.slf4j.MDC;

/**
 * Where spans begin, each with the trace number of its transaction, and the log lines written
 * inside them too. Thread-safe.
 *
 * <p>{@link #none()} costs nothing on a hot path: one shared span that does nothing. Without an
 * exporter a span is two random numbers and no record.
 */
public final class Tracing {
    /** The attribute and the field of log lines that carries the trace number. */
    public static final String TRACE_NUMBER = "trace_number";

    /** The attribute that names the cell that served, or on a call the cell that was asked. */
    public static final String CELL = "feiqian.cell";

    /** The attribute that names the slot. */
    public static final String SLOT = "feiqian.slot";

    private static final Entered NOTHING = () -> {};
    private static final Origin NOWHERE = () -> NOTHING;
    private static final Tracing NONE = new Tracing(TracerProvider.noop().get("none"), false);

    private final Tracer tracer;
    private final boolean recording;

    private Tracing(Tracer tracer, boolean recording) {
        this.tracer = tracer;
        this.recording = recording;
    }

    /** Spans that are nothing. */
    public static Tracing none() {
        return NONE;
    }

    /**
     * Spans of this tracer.
     *
     * @param recording whether any of them are recorded
     */
    static Tracing with(Tracer tracer, boolean recording) {
        return new Tracing(tracer, recording);
    }

    /**
     * Whether spans that begin here are recorded, as far as the rate allows. Where not, a span
     * without a caller's trace says nothing to anybody, and whoever is in a hurry makes none.
     */
    public boolean isRecording() {
        return recording;
    }

    /** A step inside this process, below the span that the current thread is in. */
    public WorkSpan step(String name, Optional<TraceNumber> trace) {
        return this == NONE
                ? WorkSpan.NONE
                : begin(name, SpanKind.INTERNAL, trace, Context.current());
    }

    /** A call to another process, below the span that the current thread is in. */
    public WorkSpan call(String name, Optional<TraceNumber> trace) {
        return this == NONE
                ? WorkSpan.NONE
                : begin(name, SpanKind.CLIENT, trace, Context.current());
    }

    /**
     * A call for work that is being recorded, such as one to a database; nothing where it is not:
     * what happens by itself is no trace of its own.
     *
     * @param target who is called
     */
    public WorkSpan callFor(String name, String target) {
        return this == NONE || !Span.current().getSpanContext().isSampled()
                ? WorkSpan.NONE
                : begin(name, SpanKind.CLIENT, numberOfThread(), Context.current())
                        .note(CELL, target);
    }

    private static Optional<TraceNumber> numberOfThread() {
        return Optional.ofNullable(MDC.get(TRACE_NUMBER)).map(TraceNumber::parse);
    }

    /**
     * The serving of a call.
     *
     * @param traceparent the caller's span in the form of W3C Trace Context; empty, or anything
     *     unreadable, begins a new trace
     */
    public WorkSpan serve(String name, Optional<TraceNumber> trace, String traceparent) {
        return this == NONE
                ? WorkSpan.NONE
                : begin(name, SpanKind.SERVER, trace, parent(traceparent));
    }

    /**
     * Where the current thread is, for those who go on with its work on other threads: what they
     * begin inside it lies below the span that this thread is in now, also once that has ended.
     */
    public static Origin origin(Optional<TraceNumber> trace) {
        Span span = Span.current();
        return span.getSpanContext().isValid() ? new WorkSpan(span, trace)::enter : NOWHERE;
    }

    /** Gives the current thread's log lines this trace number until the returned value closes. */
    public static Entered logAs(Optional<TraceNumber> trace) {
        if (trace.isEmpty()) {
            return NOTHING;
        }
        String earlier = MDC.get(TRACE_NUMBER);
        MDC.put(TRACE_NUMBER, trace.get().toString());
        return () -> LogFields.restore(TRACE_NUMBER, earlier);
    }

    private WorkSpan begin(
            String name, SpanKind kind, Optional<TraceNumber> trace, Context parent) {
        SpanBuilder builder = tracer.spanBuilder(name).setSpanKind(kind).setParent(parent);
        Span span = builder.startSpan();
        if (trace.isPresent() && span.isRecording()) {
            span.setAttribute("feiqian.trace_number", trace.get().toString());
        }
        return new WorkSpan(span, trace);
    }

    private static Context parent(String traceparent) {
        SpanContext remote = Traceparent.parse(traceparent);
        return remote.isValid() ? Context.root().with(Span.wrap(remote)) : Context.root();
    }

    /** Where a piece of work came from; for use by any thread, any number of times. */
    @FunctionalInterface
    public interface Origin {
        /** Goes on there with the current thread, inside a try-with-resources statement. */
        Entered enter();
    }

    /** A thread's stay in a span or trace number; to be closed by the same thread. */
    @FunctionalInterface
    public interface Entered extends AutoCloseable {
        /** Leaves; what was entered before holds again. */
        @Override
        void close();
    }
}
