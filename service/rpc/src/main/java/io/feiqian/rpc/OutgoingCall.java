package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.CallContext;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call to a service from its beginning to its outcome: attempts that follow each other, never
 * two at once, so that its fields need no lock (each attempt begins after the one before has
 * ended).
 */
final class OutgoingCall<Q extends Message, A extends Message> implements Attempt.Ended<A> {
    /** While the registry has not told of a service that was asked for the first time. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingCall.class);

    private final ServiceClients clients;
    private final ServiceCall<Q, A> call;
    private final CallContext context;
    private final WorkSpan span;
    private final long begunAt;
    private MethodDescriptor<Q, A> method;
    private Service service;
    private Service.Plan plan;
    private Set<Endpoint> tried = Set.of();
    private int attempts;
    private boolean perhapsDone;
    private boolean replaced;
    private CallWatch watch = CallWatch.NONE;
    private InstanceFilter filter = InstanceFilter.ANY;
    private Status lastStatus = Status.OK;
    private @Nullable Member<Endpoint> asked;
    private long askedAt;
    private @Nullable CompletableFuture<ServiceAnswer<A>> future;
    private volatile @Nullable Thread waiter;
    private volatile @Nullable ServiceAnswer<A> answer;

    OutgoingCall(ServiceClients clients, ServiceCall<Q, A> call) {
        this.clients = clients;
        this.call = call;
        this.context = call.context().isPresent() ? call.context().get() : clients.context();
        this.service = clients.service(call.service());
        this.method = call.method();
        this.plan = service.plan(method);
        this.begunAt = clients.clock().nanos();
        this.span = clients.tracing().call(call.method().getFullMethodName(), context.trace());
    }

    void begin() {
        service.budget().attempted();
        guarded(() -> {
            CallPolicies rules = clients.policies();
            if (rules.isEmpty()) {
                attempt();
            } else {
                apply(rules.outgoing(facts()));
            }
        });
    }

    void beginFor(CompletableFuture<ServiceAnswer<A>> wanted) {
        future = wanted;
        begin();
    }

    /** Waits for the answer, which comes by the deadline at the latest. */
    ServiceAnswer<A> await() {
        waiter = Thread.currentThread();
        boolean interrupted = false;
        ServiceAnswer<A> come = answer;
        while (come == null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
            come = answer;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return come;
    }

    private CallFacts facts() {
        return new CallFacts(
                call.service(),
                call.method(),
                clients.self(),
                context,
                Optional.of(call.request()));
    }

    /** A fault of ours ends the call like anything else: nobody may wait for ever. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException fault) {
            span.fault(fault);
            perhapsDone |= asked != null;
            ended(Ending.ABANDONED, OutcomeCode.UNKNOWN);
            fail(OutcomeCode.INTERNAL_ERROR, "a fault while calling: " + fault);
        }
    }

    private void apply(Ruling ruling) {
        switch (ruling) {
            case Ruling.Pass(var newWatch, var instances) -> {
                watch = newWatch;
                filter = instances;
                attempt();
            }
            case Ruling.Refuse(var refusal, var _) ->
                    finish(new ServiceAnswer.Failed<>(refusal, Status.OK));
            case Ruling.Answer(var response) -> finish(answered(response));
            case Ruling.Elsewhere(var other, var sibling) -> {
                goTo(other, sibling);
                attempt();
            }
            case Ruling.Later(var stage) ->
                    Turn.await(
                            stage,
                            context.deadline().remaining(),
                            (then, failure) -> guarded(() -> resume(then, failure)));
        }
    }

    private void resume(@Nullable Ruling then, @Nullable Throwable failure) {
        if (then != null) {
            apply(then);
        } else if (context.deadline().isExpired()) {
            timeIsOver();
        } else {
            fail(OutcomeCode.INTERNAL_ERROR, "a rule failed: " + failure);
        }
    }

    private void goTo(String other, String sibling) {
        if (!sibling.isEmpty()) {
            method = SiblingMethod.of(method, sibling);
        }
        if (!other.isEmpty()) {
            service = clients.service(other);
        }
        plan = service.plan(method);
        tried = Set.of();
        filter = InstanceFilter.ANY;
    }

    private ServiceAnswer<A> answered(Message response) {
        A prototype = prototype();
        if (!prototype.getClass().isInstance(response)) {
            throw new IllegalStateException(
                    "answer of a rule: %s (expected: %s)"
                            .formatted(response.getClass(), prototype.getClass()));
        }
        @SuppressWarnings("unchecked") // Of the prototype's class, as was just seen.
        A own = (A) response;
        return new ServiceAnswer.Answered<>(own, ResponseOutcome.of(own).outcome());
    }

    private A prototype() {
        return ((MethodDescriptor.PrototypeMarshaller<A>) call.method().getResponseMarshaller())
                .getMessagePrototype();
    }

    private boolean isRepeatable() {
        return plan.repetition().isSafe(context.trace().isPresent())
                && plan.policy().tolerance() == FaultTolerance.FAIL_OVER;
    }

    private void attempt() {
        Duration remaining = context.deadline().remaining();
        if (remaining.isNegative() || remaining.isZero()) {
            timeIsOver();
            return;
        }
        Optional<Member<Endpoint>> chosen = service.pick(plan, key(), tried, filter);
        if (chosen.isEmpty()) {
            if (service.mayBeToldYet()) {
                clients.timer().after(LOOK_AGAIN, () -> guarded(this::attempt));
            } else {
                nobodyLeft();
            }
            return;
        }
        Duration patience = plan.policy().attemptTimeout();
        boolean bounded = patience.compareTo(remaining) < 0 && isRepeatable();
        Member<Endpoint> member = chosen.get();
        Endpoint endpoint = member.target();
        member.began();
        asked = member;
        askedAt = clients.clock().nanos();
        new Attempt<>(clients.channels().to(endpoint), endpoint, this)
                .start(
                        method,
                        call.request(),
                        headers(),
                        bounded ? patience : remaining,
                        clients.overdue());
    }

    private long key() {
        if (!call.key().isEmpty()) {
            return call.key().hashCode() * 0x9e3779b97f4a7c15L;
        }
        return context.trace().isPresent() ? context.trace().get().hashCode() : 0;
    }

    private Metadata headers() {
        Metadata headers = new Metadata();
        CallHeaders.writeForService(context, clients.self(), headers);
        String traceparent = span.traceparent();
        if (!traceparent.isEmpty()) {
            headers.put(CallHeaders.TRACEPARENT, traceparent);
        }
        return headers;
    }

    private void ended(Ending ending, OutcomeCode how) {
        Member<Endpoint> member = asked;
        asked = null;
        if (member != null) {
            long took = clients.clock().nanos() - askedAt;
            member.ended(ending, took);
            if (ending != Ending.ABANDONED && !clients.policies().equals(CallPolicies.NONE)) {
                clients.policies().attempted(service.name(), member.instance(), how, took);
            }
        }
    }

    @Override
    public void answered(Endpoint endpoint, A response) {
        guarded(() -> read(endpoint, response));
    }

    @Override
    public void failed(Endpoint endpoint, Status status, Metadata trailers, boolean sent) {
        lastStatus = status;
        guarded(() -> learn(endpoint, status, trailers, sent));
    }

    private void read(Endpoint endpoint, A response) {
        Outcome outcome = ResponseOutcome.of(response).outcome();
        boolean stopping = outcome.code() == OutcomeCode.SHUTTING_DOWN;
        ended(stopping ? Ending.UNREACHED : Ending.ANSWERED, outcome.code());
        boolean unknown = outcome instanceof Outcome.Unknown;
        perhapsDone |= unknown;
        if ((stopping && passOver(endpoint)) || (unknown && isTriedAgain())) {
            return;
        }
        finish(new ServiceAnswer.Answered<>(response, outcome));
    }

    private void learn(Endpoint endpoint, Status status, Metadata trailers, boolean sent) {
        Optional<Outcome.Refused> refusal = Refusals.read(trailers);
        if (refusal.isPresent()) {
            refused(endpoint, refusal.get());
            return;
        }
        if (!sent) {
            ended(Ending.UNREACHED, OutcomeCode.SERVICE_UNAVAILABLE);
            if (!passOver(endpoint)) {
                nobodyLeft();
            }
            return;
        }
        Ending ending = StatusOutcome.ending(status.getCode());
        ended(
                ending,
                ending == Ending.ANSWERED
                        ? StatusOutcome.code(status.getCode())
                        : OutcomeCode.UNKNOWN);
        if (ending == Ending.ANSWERED) {
            fail(
                    StatusOutcome.code(status.getCode()),
                    endpoint.instance() + " says " + status.getCode() + " " + text(status));
            return;
        }
        perhapsDone = true;
        exclude(endpoint);
        if (!isTriedAgain()) {
            lost("no answer from " + endpoint);
        }
    }

    private void refused(Endpoint endpoint, Outcome.Refused refusal) {
        boolean stopping = refusal.code() == OutcomeCode.SHUTTING_DOWN;
        ended(stopping ? Ending.UNREACHED : Ending.ANSWERED, refusal.code());
        if (stopping && passOver(endpoint)) {
            return;
        }
        boolean certain = !perhapsDone || !refusal.code().isSafeToRetry();
        if (certain) {
            finish(new ServiceAnswer.Failed<>(refusal, lastStatus));
        } else if (!isTriedAgain()) {
            lost(refusal.message());
        }
    }

    private static String text(Status status) {
        String description = status.getDescription();
        return description == null ? "" : description;
    }

    private void exclude(Endpoint endpoint) {
        if (tried.isEmpty()) {
            tried = new HashSet<>();
        }
        tried.add(endpoint);
    }

    /** Goes on to the next instance, since this one has certainly not begun. */
    private boolean passOver(Endpoint endpoint) {
        if (plan.policy().tolerance() != FaultTolerance.FAIL_OVER) {
            return false;
        }
        exclude(endpoint);
        attempt();
        return true;
    }

    /** Tries again after a pause where that is safe, wanted and within the budget. */
    private boolean isTriedAgain() {
        return isRepeatable() && isTriedOnceMore();
    }

    private boolean isTriedOnceMore() {
        attempts++;
        if (attempts >= plan.policy().attempts()
                || context.deadline().isExpired()
                || !service.budget().spend()) {
            return false;
        }
        Duration left = context.deadline().remaining();
        Duration whole = plan.policy().pause().after(attempts);
        Duration pause =
                whole.minusNanos(clients.randomness().nextLong() >>> 1 & whole.toNanos() / 2);
        clients.timer().after(pause.compareTo(left) < 0 ? pause : left, this::attemptAnew);
        return true;
    }

    private void attemptAnew() {
        guarded(() -> {
            if (service.pick(plan, key(), tried, filter).isEmpty()) {
                tried = Set.of();
            }
            attempt();
        });
    }

    private void nobodyLeft() {
        if (perhapsDone) {
            if (!isTriedAgain()) {
                lost("no instance of " + service.name() + " is left to ask");
            }
            return;
        }
        // Nothing has happened: whoever was not reached a moment ago may be reached now.
        if (!tried.isEmpty()
                && plan.policy().tolerance() == FaultTolerance.FAIL_OVER
                && isTriedOnceMore()) {
            return;
        }
        fail(
                OutcomeCode.SERVICE_UNAVAILABLE,
                service.name() + ": no instance of the service answers");
    }

    private void timeIsOver() {
        if (perhapsDone) {
            lost("no certain answer came before the deadline");
        } else {
            fail(OutcomeCode.DEADLINE_EXPIRED, "the deadline passed");
        }
    }

    /** The answer of an attempt got lost: unknown, unless the method changes nothing. */
    private void lost(String message) {
        if (plan.repetition() == Repetition.HARMLESS) {
            perhapsDone = false;
            fail(
                    context.deadline().isExpired()
                            ? OutcomeCode.DEADLINE_EXPIRED
                            : OutcomeCode.SERVICE_UNAVAILABLE,
                    message);
        } else {
            finish(new ServiceAnswer.Failed<>(new Outcome.Unknown(message), lastStatus));
        }
    }

    private void fail(OutcomeCode code, String message) {
        // Once perhaps done, no failure of ours can say that nothing happened.
        boolean certain = !perhapsDone || plan.repetition() == Repetition.HARMLESS;
        finish(
                new ServiceAnswer.Failed<>(
                        Outcome.of(certain ? code : OutcomeCode.UNKNOWN, message), lastStatus));
    }

    private void finish(ServiceAnswer<A> with) {
        if (with instanceof ServiceAnswer.Failed<A> failed && isReplaced(failed.outcome())) {
            return;
        }
        long took = clients.clock().nanos() - begunAt;
        watched(with.outcome(), took);
        plan.meters().ended(with.outcome().code(), took);
        span.outcome(with.outcome()).close();
        boolean ignored =
                with instanceof ServiceAnswer.Failed<A>
                        && plan.policy().tolerance() == FaultTolerance.FAIL_SAFE;
        tell(ignored ? new ServiceAnswer.Ignored<>(prototype(), with.outcome()) : with);
    }

    /**
     * Where a rule has something else for a failure; asked once, and never for what perhaps
     * happened: that must not be done again elsewhere, nor be covered up.
     */
    private boolean isReplaced(Outcome failure) {
        if (replaced || failure instanceof Outcome.Unknown) {
            return false;
        }
        replaced = true;
        Optional<Ruling> instead = watch.instead(failure);
        if (instead.isEmpty()) {
            return false;
        }
        watched(failure, clients.clock().nanos() - begunAt);
        watch = CallWatch.NONE;
        attempts = 0;
        guarded(() -> apply(instead.get()));
        return true;
    }

    /** A rule's fault must not keep an answer from its caller. */
    private void watched(Outcome outcome, long took) {
        try {
            watch.ended(outcome, took);
        } catch (RuntimeException fault) {
            LOG.error("a rule failed at the end of {}", call, fault);
        }
    }

    private void tell(ServiceAnswer<A> with) {
        answer = with;
        LockSupport.unpark(waiter);
        CompletableFuture<ServiceAnswer<A>> wanted = future;
        if (wanted != null) {
            wanted.complete(with);
        }
    }
}
