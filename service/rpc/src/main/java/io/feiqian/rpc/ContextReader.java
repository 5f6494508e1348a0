package io.feiqian.rpc;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.RefusedException;
import io.grpc.Context;
import io.grpc.ForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Reads the context of each call strictly, binds it for the handler and puts a span around the
 * call, whose trace number is on its log lines too (D5.3-d).
 */
final class ContextReader implements ServerInterceptor {
    private final Duration defaultDeadline;
    private final Clock clock;
    private final Tracing tracing;

    ContextReader(Duration defaultDeadline, Clock clock, Tracing tracing) {
        this.defaultDeadline = defaultDeadline;
        this.clock = clock;
        this.tracing = tracing;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        RequestContext context;
        try {
            context = CallHeaders.read(headers, deadline());
        } catch (RefusedException refused) {
            return refuse(call, refused.outcome());
        }
        if (!call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            // A stream outlives any span; what travels on it has spans of its own.
            return start(call, headers, next, context, Tracing.none().step("", context.trace()));
        }
        String parent = headers.get(CallHeaders.TRACEPARENT);
        WorkSpan span =
                tracing.serve(
                        call.getMethodDescriptor().getFullMethodName(),
                        context.trace(),
                        parent == null ? "" : parent);
        context.slot().ifPresent(slot -> span.note(Tracing.SLOT, slot.number()));
        return start(new Spanned<>(call, span), headers, next, context, span);
    }

    static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Outcome.Refused refusal) {
        call.close(Refusals.status(refusal), Refusals.trailers(refusal));
        return new ServerCall.Listener<>() {};
    }

    private Deadline deadline() {
        io.grpc.Deadline wanted = Context.current().getDeadline();
        return wanted == null
                ? Deadline.after(defaultDeadline, clock)
                : Deadline.after(
                        Duration.ofNanos(wanted.timeRemaining(TimeUnit.NANOSECONDS)), clock);
    }

    private static <Q, A> ServerCall.Listener<Q> start(
            ServerCall<Q, A> call,
            Metadata headers,
            ServerCallHandler<Q, A> next,
            RequestContext context,
            WorkSpan span) {
        boolean unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
        Bound<Q> bound = new Bound<>(context, span, unary);
        bound.before(() -> bound.listener = next.startCall(call, headers));
        return bound;
    }

    /** Ends the span with the call. */
    private static final class Spanned<Q, A>
            extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private final WorkSpan span;

        Spanned(ServerCall<Q, A> call, WorkSpan span) {
            super(call);
            this.span = span;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!status.isOk()) {
                span.note("rpc.status", status.getCode().name());
            }
            span.close();
            super.close(status, trailers);
        }
    }

    /**
     * Runs each callback of a call inside its context and span. Of a call with one request and one
     * answer the handler runs in one of them, so only that one enters the span, which costs more
     * than the context.
     */
    private static final class Bound<Q> extends ForwardingServerCallListener<Q> {
        private final RequestContext context;
        private final WorkSpan span;
        private final boolean unary;
        private ServerCall.Listener<Q> listener = new ServerCall.Listener<>() {};

        Bound(RequestContext context, WorkSpan span, boolean unary) {
            this.context = context;
            this.span = span;
            this.unary = unary;
        }

        /** Before a unary call's handler begins, nothing of its own happens. */
        void before(Runnable work) {
            if (unary) {
                CurrentCall.run(context, work);
            } else {
                within(work);
            }
        }

        void within(Runnable work) {
            CurrentCall.run(
                    context,
                    () -> {
                        try (Tracing.Entered _ = span.enter()) {
                            work.run();
                        }
                    });
        }

        @Override
        protected ServerCall.Listener<Q> delegate() {
            return listener;
        }

        @Override
        public void onMessage(Q message) {
            before(() -> listener.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            try {
                within(listener::onHalfClose);
            } catch (RuntimeException | Error fault) {
                span.fault(fault).close();
                throw fault;
            }
        }

        @Override
        public void onCancel() {
            within(listener::onCancel);
            span.close();
        }

        @Override
        public void onReady() {
            before(listener::onReady);
        }
    }
}
