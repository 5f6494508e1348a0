package io.feiqian.rpc;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls in flight, refuses what is too many, and, once the server stops, everything new
 * (P6.2.2.6-c); while it is drained, new calls of what is not for operators. Health questions are
 * answered always and never counted.
 */
final class Admission implements ServerInterceptor {
    static final String HEALTH = "grpc.health.v1.Health";

    private final int most;
    private final Intake intake;
    private final Set<String> admin;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final CompletableFuture<Void> empty = new CompletableFuture<>();
    private volatile boolean stopping;

    /**
     * Admits so many calls at once.
     *
     * @param admin the services for operators, which are served while drained too
     */
    Admission(int most, Intake intake, Set<String> admin) {
        this.most = most;
        this.intake = intake;
        this.admin = Set.copyOf(admin);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (HEALTH.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        boolean tooMany = inFlight.incrementAndGet() > most;
        // Looked at after counting, so that the end waits for every call that is let in.
        if (stopping || tooMany) {
            ended();
            return ContextReader.refuse(
                    call,
                    stopping
                            ? new Outcome.Refused(
                                    OutcomeCode.SHUTTING_DOWN, "this instance is stopping")
                            : new Outcome.Refused(
                                    OutcomeCode.OVERLOADED, most + " calls are in flight"));
        }
        boolean counts = isNewWork(call.getMethodDescriptor());
        if (counts && !intake.begin()) {
            ended();
            return ContextReader.refuse(
                    call, new Outcome.Refused(OutcomeCode.SHUTTING_DOWN, Intake.REFUSAL));
        }
        AtomicBoolean over = new AtomicBoolean();
        Runnable end =
                () -> {
                    if (!over.getAndSet(true)) {
                        if (counts) {
                            intake.end();
                        }
                        ended();
                    }
                };
        try {
            return new Counted<>(next.startCall(call, headers), end);
        } catch (RuntimeException | Error fault) {
            end.run();
            throw fault;
        }
    }

    /** What travels on a stream is judged message by message; lending goes on to the end. */
    private boolean isNewWork(MethodDescriptor<?, ?> method) {
        String service = String.valueOf(method.getServiceName());
        return method.getType().clientSendsOneMessage()
                && !QuotaLender.SERVICE.equals(service)
                && !admin.contains(service);
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Refuses everything new from now on; completes when the last call in flight has ended. */
    CompletableFuture<Void> stop() {
        stopping = true;
        if (inFlight.get() == 0) {
            empty.complete(null);
        }
        return empty;
    }

    private void ended() {
        if (inFlight.decrementAndGet() == 0 && stopping) {
            empty.complete(null);
        }
    }

    private static final class Counted<Q>
            extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final Runnable end;

        Counted(ServerCall.Listener<Q> listener, Runnable end) {
            super(listener);
            this.end = end;
        }

        @Override
        public void onComplete() {
            try {
                super.onComplete();
            } finally {
                end.run();
            }
        }

        @Override
        public void onCancel() {
            try {
                super.onCancel();
            } finally {
                end.run();
            }
        }
    }
}
