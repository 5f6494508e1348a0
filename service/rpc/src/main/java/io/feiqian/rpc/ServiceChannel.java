package io.feiqian.rpc;

import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.CallContext;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A service as a channel: each call chooses an instance and makes one attempt there. The first one
 * waits for the first list of instances, within its deadline. Thread-safe.
 */
final class ServiceChannel extends Channel {
    private final ServiceClients clients;
    private final String service;

    ServiceChannel(ServiceClients clients, String service) {
        this.clients = clients;
        this.service = service;
    }

    @Override
    public String authority() {
        return service;
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        Optional<CallContext> served = CurrentCall.find().map(each -> each);
        CallContext context = served.orElseGet(clients::context);
        Ruling ruling = ruling(method, context);
        String where =
                ruling instanceof Ruling.Elsewhere(var other, var _) && !other.isEmpty()
                        ? other
                        : service;
        if (ruling instanceof Ruling.Refuse(var refusal, var _)) {
            return new RefusedCall<>(refusal);
        }
        if (ruling instanceof Ruling.Answer
                || ruling instanceof Ruling.Later
                || (ruling instanceof Ruling.Elsewhere(var _, var other) && !other.isEmpty())) {
            return new RefusedCall<>(
                    new Outcome.Refused(
                            OutcomeCode.INTERNAL_ERROR,
                            "a rule has an answer, a wait or another method for a call by a stub"
                                    + " (expected: none of these)"));
        }
        CallWatch watch = ruling instanceof Ruling.Pass pass ? pass.watch() : CallWatch.NONE;
        InstanceFilter filter =
                ruling instanceof Ruling.Pass pass ? pass.instances() : InstanceFilter.ANY;
        Service known = clients.service(where);
        Service.Plan plan = known.plan(method);
        long key = context.trace().map(Object::hashCode).orElse(0);
        CallOptions bounded = served.map(each -> within(each, options)).orElse(options);
        Supplier<Optional<ClientCall<Q, A>>> search =
                () -> {
                    Optional<Member<Endpoint>> member = known.pick(plan, key, Set.of(), filter);
                    if (member.isPresent()) {
                        SentWatch sent = new SentWatch();
                        return Optional.of(
                                new Balanced<>(
                                        clients.channels()
                                                .to(member.get().target())
                                                .newCall(
                                                        method,
                                                        bounded.withStreamTracerFactory(sent)),
                                        sent,
                                        context,
                                        known,
                                        member.get(),
                                        plan,
                                        watch));
                    }
                    io.grpc.Deadline until = bounded.getDeadline();
                    boolean late = until != null && until.isExpired();
                    return known.mayBeToldYet() && !late
                            ? Optional.empty()
                            : Optional.of(nobody(where, late, watch));
                };
        return search.get()
                .orElseGet(() ->
                        new AwaitedCall<>(
                                search,
                                () -> watch.ended(new Outcome.Unknown("given up"), 0),
                                clients.timer(),
                                bounded));
    }

    private static <Q, A> ClientCall<Q, A> nobody(String service, boolean late, CallWatch watch) {
        Outcome.Refused refusal =
                late
                        ? new Outcome.Refused(
                                OutcomeCode.DEADLINE_EXPIRED,
                                service + ": the deadline passed before an instance was known")
                        : new Outcome.Refused(
                                OutcomeCode.SERVICE_UNAVAILABLE,
                                service + ": no instance of the service is known");
        watch.ended(refusal, 0);
        return new RefusedCall<>(refusal);
    }

    private Ruling ruling(MethodDescriptor<?, ?> method, CallContext context) {
        CallPolicies rules = clients.policies();
        return rules.equals(CallPolicies.NONE)
                ? Ruling.GO
                : rules.outgoing(
                        new CallFacts(service, method, clients.self(), context, Optional.empty()));
    }

    /** What a call is part of has this much time left: it has no more. */
    private static CallOptions within(CallContext context, CallOptions options) {
        long left = Math.max(0, context.deadline().remaining().toNanos());
        io.grpc.Deadline own = options.getDeadline();
        return own != null && own.timeRemaining(TimeUnit.NANOSECONDS) <= left
                ? options
                : options.withDeadlineAfter(left, TimeUnit.NANOSECONDS);
    }

    private final class Balanced<Q, A> extends SimpleForwardingClientCall<Q, A> {
        private final SentWatch sent;
        private final CallContext context;
        private final Service known;
        private final Member<Endpoint> member;
        private final Service.Plan plan;
        private final CallWatch watch;

        Balanced(
                ClientCall<Q, A> call,
                SentWatch sent,
                CallContext context,
                Service known,
                Member<Endpoint> member,
                Service.Plan plan,
                CallWatch watch) {
            super(call);
            this.sent = sent;
            this.context = context;
            this.known = known;
            this.member = member;
            this.plan = plan;
            this.watch = watch;
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            CallHeaders.writeForService(context, clients.self(), headers);
            long begunAt = clients.clock().nanos();
            member.began();
            super.start(
                    new SimpleForwardingClientCallListener<A>(listener) {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            ended(status, trailers, clients.clock().nanos() - begunAt);
                            super.onClose(status, trailers);
                        }
                    },
                    headers);
        }

        private void ended(Status status, Metadata trailers, long took) {
            Optional<Outcome.Refused> refusal = Refusals.read(trailers);
            Ending ending = ending(refusal, status);
            member.ended(ending, took);
            Outcome outcome =
                    status.isOk()
                            ? Outcome.accepted()
                            : refusal.map(each -> (Outcome) each)
                                    .orElseGet(() -> of(status, ending));
            watch.ended(outcome, took);
            if (!clients.policies().equals(CallPolicies.NONE) && ending != Ending.ABANDONED) {
                clients.policies().attempted(known.name(), member.instance(), outcome.code(), took);
            }
            plan.meters().ended(outcome.code(), took);
        }

        private Ending ending(Optional<Outcome.Refused> refusal, Status status) {
            if (refusal.isPresent()) {
                return refusal.get().code() == OutcomeCode.SHUTTING_DOWN
                        ? Ending.UNREACHED
                        : Ending.ANSWERED;
            }
            Ending ending = StatusOutcome.ending(status.getCode());
            return ending == Ending.FAILED && !sent.sent() ? Ending.UNREACHED : ending;
        }

        private static Outcome of(Status status, Ending ending) {
            return switch (ending) {
                case ANSWERED ->
                        Outcome.of(StatusOutcome.code(status.getCode()), status.getCode().name());
                case UNREACHED ->
                        Outcome.of(OutcomeCode.SERVICE_UNAVAILABLE, status.getCode().name());
                case FAILED, ABANDONED -> new Outcome.Unknown(status.getCode().name());
            };
        }
    }

    /** A call that goes nowhere. */
    private static final class RefusedCall<Q, A> extends ClientCall<Q, A> {
        private final Outcome.Refused refusal;

        RefusedCall(Outcome.Refused refusal) {
            this.refusal = refusal;
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            listener.onClose(Refusals.status(refusal), Refusals.trailers(refusal));
        }

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Q message) {}
    }
}
