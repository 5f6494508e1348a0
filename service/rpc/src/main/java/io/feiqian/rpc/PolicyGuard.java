package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.CallContext;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets rules judge what is about to be served: a call with one request when the request is whole,
 * any other when it begins. The last of the interceptors, so that the handler begins right after.
 */
final class PolicyGuard implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyGuard.class);

    private final CallPolicies rules;
    private final Clock clock;

    PolicyGuard(CallPolicies rules, Clock clock) {
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        // Whoever asks for health must hear the truth, under any rule; and no rule may keep away
        // the shares that rules go by.
        String service = String.valueOf(call.getMethodDescriptor().getServiceName());
        if (Admission.HEALTH.equals(service)
                || QuotaLender.SERVICE.equals(service)
                || rules.isEmpty()) {
            return next.startCall(call, headers);
        }
        Watched<Q, A> watched = new Watched<>(call);
        String caller = Callers.of(call, headers);
        if (call.getMethodDescriptor().getType().clientSendsOneMessage()) {
            return new Judged<>(watched, caller, next.startCall(watched, headers));
        }
        return switch (rules.incoming(facts(call, caller, Optional.empty()))) {
            case Ruling.Pass pass -> {
                watched.watch.set(pass.watch());
                yield next.startCall(watched, headers);
            }
            case Ruling.Refuse(var refusal, var _) -> ContextReader.refuse(call, refusal);
            case Ruling.Answer _, Ruling.Later _, Ruling.Elsewhere _ ->
                    ContextReader.refuse(call, misplaced());
        };
    }

    private static CallFacts facts(
            ServerCall<?, ?> call, String caller, Optional<Message> request) {
        return new CallFacts(
                String.valueOf(call.getMethodDescriptor().getServiceName()),
                call.getMethodDescriptor(),
                caller,
                CurrentCall.context(),
                request);
    }

    private static Outcome.Refused misplaced() {
        return new Outcome.Refused(
                OutcomeCode.INTERNAL_ERROR, "a rule says what does not fit this call");
    }

    /** Tells who follows the call how it ended, once. */
    private final class Watched<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final long begunAt = clock.nanos();
        private final AtomicReference<CallWatch> watch = new AtomicReference<>(CallWatch.NONE);
        private volatile Outcome outcome = Outcome.accepted();

        Watched(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void sendMessage(A message) {
            if (!CallWatch.NONE.equals(watch.get()) && message instanceof Message response) {
                outcome = ResponseOutcome.of(response).outcome();
            }
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            ended(status.isOk() ? outcome : of(status, trailers));
            super.close(status, trailers);
        }

        void ended(Outcome how) {
            CallWatch told = watch.getAndSet(CallWatch.NONE);
            try {
                told.ended(how, clock.nanos() - begunAt);
            } catch (RuntimeException fault) {
                LOG.error("a rule failed at the end of a call", fault);
            }
        }

        private static Outcome of(Status status, Metadata trailers) {
            return Refusals.read(trailers)
                    .map(each -> (Outcome) each)
                    .orElseGet(() ->
                            Outcome.of(
                                    StatusOutcome.code(status.getCode()), status.getCode().name()));
        }
    }

    /** Holds the request back until the rules have spoken. */
    private final class Judged<Q, A> extends ForwardingServerCallListener<Q> {
        private final Watched<Q, A> call;
        private final String caller;
        private final ServerCall.Listener<Q> handler;
        private Optional<Message> request = Optional.empty();

        Judged(Watched<Q, A> call, String caller, ServerCall.Listener<Q> handler) {
            this.call = call;
            this.caller = caller;
            this.handler = handler;
        }

        @Override
        protected ServerCall.Listener<Q> delegate() {
            return handler;
        }

        @Override
        public void onMessage(Q message) {
            if (message instanceof Message known) {
                request = Optional.of(known);
            }
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            CallContext context = CurrentCall.context();
            apply(rules.incoming(facts(call, caller, request)), context);
        }

        @Override
        public void onCancel() {
            call.ended(new Outcome.Unknown("the caller is gone"));
            super.onCancel();
        }

        private void apply(Ruling ruling, CallContext context) {
            switch (ruling) {
                case Ruling.Pass pass -> {
                    call.watch.set(pass.watch());
                    serve();
                }
                case Ruling.Refuse(var refusal, var _) -> refuse(refusal);
                case Ruling.Answer(var response) -> answer(response);
                case Ruling.Elsewhere _ -> refuse(misplaced());
                case Ruling.Later(var stage) ->
                        Turn.await(stage, context.deadline().remaining(), resuming(context));
            }
        }

        /** Goes on elsewhere than on the thread of a timer, since the handler may block. */
        private BiConsumer<@Nullable Ruling, @Nullable Throwable> resuming(CallContext context) {
            Context grpc = Context.current();
            return (then, failure) -> {
                Runnable goOn =
                        () -> CurrentCall.run(context, () -> afterwards(then, failure, context));
                var _ = Thread.startVirtualThread(grpc.wrap(goOn));
            };
        }

        private void afterwards(
                @Nullable Ruling then, @Nullable Throwable failure, CallContext context) {
            if (then != null) {
                apply(then, context);
            } else if (context.deadline().isExpired()) {
                refuse(
                        new Outcome.Refused(
                                OutcomeCode.DEADLINE_EXPIRED, "the deadline passed in a queue"));
            } else {
                LOG.error("a rule failed", failure);
                refuse(new Outcome.Refused(OutcomeCode.INTERNAL_ERROR, "a rule failed"));
            }
        }

        private void serve() {
            try {
                handler.onHalfClose();
            } catch (RuntimeException | Error fault) {
                call.ended(Outcome.of(OutcomeCode.INTERNAL_ERROR, fault.toString()));
                throw fault;
            }
        }

        private void refuse(Outcome.Refused refusal) {
            call.close(Refusals.status(refusal), Refusals.trailers(refusal));
        }

        @SuppressWarnings("unchecked") // Checked when it is written: a wrong type fails there.
        private void answer(Message response) {
            call.sendHeaders(new Metadata());
            call.sendMessage((A) response);
            call.close(Status.OK, new Metadata());
        }
    }
}
