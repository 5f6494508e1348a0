package io.feiqian.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.feiqian.balancing.Instance;
import io.feiqian.governance.Admitted;
import io.feiqian.governance.Decision;
import io.feiqian.governance.Destination;
import io.feiqian.governance.Fallback;
import io.feiqian.governance.Governance;
import io.feiqian.governance.Queued;
import io.feiqian.governance.Releases;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Applies the policies of {@code service/governance} to calls (P6.2.2.5, P6.2.3): limits, quotas,
 * breakers, degradation, faults to order, access and routes. Each side has its own {@link
 * Governance}. Thread-safe.
 *
 * <p>At the side that calls, a fallback may be an answer, another method of the contract or another
 * service; at the side that serves, an answer only. A fault that breaks a call off leaves its
 * caller without an answer until its deadline.
 */
public final class GovernedCalls implements CallPolicies {
    private final Governance governance;
    private final Releases releases;
    private final Timer timer;
    private final Randomness random;
    private final String cell;

    /**
     * Calls of one side of this process.
     *
     * @param governance the policies of that side
     * @param timer for calls that wait
     * @param random chooses among ways where a call has nothing that stays
     */
    public GovernedCalls(Governance governance, Timer timer, Randomness random) {
        this(governance, new Releases(), timer, random, "");
    }

    /**
     * The same in a process that takes part in releases, or in a cell.
     *
     * @param releases which instances serve a call where no policy says so; counts what they did
     * @param cell the name of the cell that serves, by which policies may choose; empty outside
     */
    public GovernedCalls(
            Governance governance, Releases releases, Timer timer, Randomness random, String cell) {
        this.cell = cell;
        this.governance = governance;
        this.releases = releases;
        this.timer = timer;
        this.random = random;
    }

    @Override
    public boolean isEmpty() {
        return governance.isEmpty() && releases.isEmpty();
    }

    @Override
    public Ruling outgoing(CallFacts call) {
        GovernedCall facts = new GovernedCall(call, cell);
        return ruling(governance.decide(facts), call, instances(call.service(), facts), false);
    }

    private InstanceFilter instances(String service, GovernedCall facts) {
        Destination said = governance.route(facts, random.nextLong());
        Destination destination =
                said.equals(Destination.ANYWHERE) ? releases.destination(service, facts) : said;
        return destination.equals(Destination.ANYWHERE)
                ? InstanceFilter.ANY
                : known -> among(destination, known);
    }

    @Override
    public void attempted(String service, Instance<?> instance, OutcomeCode how, long nanos) {
        if (!releases.isEmpty()) {
            releases.served(service, name -> instance.labels().getOrDefault(name, ""), how, nanos);
        }
    }

    @Override
    public Ruling incoming(CallFacts call) {
        return ruling(
                governance.decide(new GovernedCall(call, cell)), call, InstanceFilter.ANY, true);
    }

    private static java.util.function.Predicate<Instance<?>> among(
            Destination destination, List<? extends Instance<?>> known) {
        return Set.copyOf(
                        destination.among(
                                known,
                                (instance, label) ->
                                        label.equals("id")
                                                ? instance.name()
                                                : instance.labels().getOrDefault(label, "")))
                ::contains;
    }

    private Ruling ruling(
            Decision decision, CallFacts call, InstanceFilter instances, boolean serving) {
        return switch (decision) {
            case Admitted permit -> new Ruling.Pass(new Followed(permit, call, serving), instances);
            case Decision.Refused refused ->
                    new Ruling.Refuse(refused.outcome(), refused.retryAfter());
            case Queued queued -> new Ruling.Later(after(queued, call, instances, serving));
            case Decision.Degraded degraded -> instead(degraded, call);
            case Decision.Failed failed ->
                    failed.outcome() instanceof Outcome.Refused refusal
                            ? new Ruling.Refuse(refusal)
                            : never();
            case Decision.Aborted _ -> never();
        };
    }

    /** Nobody answers: the caller's deadline ends the call. */
    private static Ruling never() {
        return new Ruling.Later(new CompletableFuture<>());
    }

    /** Closes the permit of a call, and knows what is answered where the call fails. */
    private record Followed(Admitted permit, CallFacts call, boolean serving) implements CallWatch {
        @Override
        public void ended(Outcome outcome, long nanos) {
            // Who serves hears of a caller that went away; that says nothing of its own work.
            if (serving && outcome instanceof Outcome.Unknown) {
                permit.abandon();
            } else {
                permit.close(outcome.code());
            }
        }

        @Override
        public Optional<Ruling> instead(Outcome failure) {
            return permit.instead(failure).map(each -> GovernedCalls.instead(each, call));
        }
    }

    private CompletableFuture<Ruling> after(
            Queued queued, CallFacts call, InstanceFilter instances, boolean serving) {
        CompletableFuture<Ruling> turn = new CompletableFuture<>();
        timer.after(
                queued.await(),
                () -> {
                    try {
                        turn.complete(ruling(queued.resume(), call, instances, serving));
                    } catch (RuntimeException fault) {
                        turn.completeExceptionally(fault);
                    }
                });
        return turn;
    }

    private static Ruling instead(Decision.Degraded degraded, CallFacts call) {
        return switch (degraded.instead()) {
            case Fallback.Answer(var json) -> answer(degraded, json, call.method());
            case Fallback.Method(var name) -> new Ruling.Elsewhere("", name);
            case Fallback.Service(var name) -> new Ruling.Elsewhere(name);
        };
    }

    private static Ruling answer(
            Decision.Degraded degraded, String json, MethodDescriptor<?, ?> method) {
        if (method.getResponseMarshaller() instanceof PrototypeMarshaller<?> marshaller
                && marshaller.getMessagePrototype() instanceof Message prototype) {
            Message.Builder answer = prototype.newBuilderForType();
            try {
                JsonFormat.parser().merge(json, answer);
                return new Ruling.Answer(answer.build());
            } catch (InvalidProtocolBufferException wrong) {
                return unusable(degraded, String.valueOf(wrong.getMessage()));
            }
        }
        return unusable(degraded, method.getFullMethodName() + " answers no message");
    }

    private static Ruling unusable(Decision.Degraded degraded, String why) {
        return new Ruling.Refuse(
                new Outcome.Refused(
                        OutcomeCode.INTERNAL_ERROR,
                        "policy %s: its answer does not fit the method: %s"
                                .formatted(degraded.policy(), why)));
    }
}
