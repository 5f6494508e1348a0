package io.feiqian.rpc;

import com.google.protobuf.Message;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call to a cell that rules judge, once, before its first attempt; they hear how it ended. Never
 * blocks; runs on whatever thread brings the ruling or the answer.
 */
final class JudgedCall<Q extends Message, A extends Message> {
    private static final Logger LOG = LoggerFactory.getLogger(JudgedCall.class);

    private final CellCall<Q, A> call;
    private final CallFacts facts;
    private final Function<CallFacts, Ruling> judge;
    private final BiFunction<CellCall<Q, A>, InstanceFilter, CompletableFuture<CellAnswer<A>>> next;
    private final Clock clock;
    private final long begunAt;
    private final CompletableFuture<CellAnswer<A>> answer = new CompletableFuture<>();
    private boolean replaced;

    /**
     * A call that has not begun.
     *
     * @param next makes the call, at one of these instances
     */
    JudgedCall(
            CellCall<Q, A> call,
            CallFacts facts,
            Function<CallFacts, Ruling> judge,
            BiFunction<CellCall<Q, A>, InstanceFilter, CompletableFuture<CellAnswer<A>>> next,
            Clock clock) {
        this.call = call;
        this.facts = facts;
        this.judge = judge;
        this.next = next;
        this.clock = clock;
        this.begunAt = clock.nanos();
    }

    /** Begins; the future never fails. */
    CompletableFuture<CellAnswer<A>> begin() {
        guarded(() -> apply(judge.apply(facts)));
        return answer;
    }

    /** A rule's fault ends the call like anything else: nobody may wait for ever. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException fault) {
            LOG.error("a rule failed for {}", call, fault);
            refuse(OutcomeCode.INTERNAL_ERROR, "a rule failed: " + fault);
        }
    }

    private void apply(Ruling ruling) {
        switch (ruling) {
            case Ruling.Pass(var watch, var instances) -> make(call, watch, instances);
            case Ruling.Refuse(var refusal, var retryAfter) ->
                    answer.complete(new CellAnswer.Failed<>(refusal, retryAfter));
            case Ruling.Answer(var response) -> answer.complete(answered(response));
            case Ruling.Elsewhere(var service, var method) -> {
                if (!service.isEmpty()) {
                    refuse(
                            OutcomeCode.INTERNAL_ERROR,
                            "a rule names service "
                                    + service
                                    + " (expected: a method of the cell)");
                } else {
                    make(
                            call.to(SiblingMethod.of(call.method(), method)),
                            CallWatch.NONE,
                            InstanceFilter.ANY);
                }
            }
            case Ruling.Later(var stage) ->
                    Turn.await(
                            stage,
                            call.context().deadline().remaining(),
                            (then, failure) -> guarded(() -> resume(then, failure)));
        }
    }

    private void resume(@Nullable Ruling then, @Nullable Throwable failure) {
        if (then != null) {
            apply(then);
        } else if (call.context().deadline().isExpired()) {
            refuse(OutcomeCode.DEADLINE_EXPIRED, "the deadline passed in a queue");
        } else {
            refuse(OutcomeCode.INTERNAL_ERROR, "a rule failed: " + failure);
        }
    }

    private void make(CellCall<Q, A> made, CallWatch watch, InstanceFilter instances) {
        var _ =
                next.apply(made, instances)
                        .whenComplete((end, fault) -> guarded(() -> ended(watch, end, fault)));
    }

    private void ended(CallWatch watch, @Nullable CellAnswer<A> end, @Nullable Throwable fault) {
        CellAnswer<A> known =
                end == null
                        ? new CellAnswer.Failed<>(new Outcome.Unknown("a fault: " + fault))
                        : end;
        Optional<Ruling> instead = instead(watch, known);
        try {
            watch.ended(known.outcome(), clock.nanos() - begunAt);
        } catch (RuntimeException broken) {
            // A rule's fault must not keep an answer from its caller.
            LOG.error("a rule failed at the end of {}", call, broken);
        }
        instead.ifPresentOrElse(this::apply, () -> answer.complete(known));
    }

    /** Asked once, and never for what perhaps happened. */
    private Optional<Ruling> instead(CallWatch watch, CellAnswer<A> end) {
        if (replaced
                || !(end instanceof CellAnswer.Failed<A>)
                || end.outcome() instanceof Outcome.Unknown) {
            return Optional.empty();
        }
        replaced = true;
        return watch.instead(end.outcome());
    }

    private CellAnswer<A> answered(Message response) {
        A prototype =
                ((PrototypeMarshaller<A>) call.method().getResponseMarshaller())
                        .getMessagePrototype();
        if (!prototype.getClass().isInstance(response)
                || !response.getDescriptorForType().equals(prototype.getDescriptorForType())) {
            throw new IllegalStateException(
                    "answer of a rule: %s (expected: %s)"
                            .formatted(
                                    response.getDescriptorForType().getFullName(),
                                    prototype.getDescriptorForType().getFullName()));
        }
        @SuppressWarnings("unchecked") // Of the prototype's class, as was just seen.
        A own = (A) response;
        return new CellAnswer.Answered<>(own, ResponseOutcome.of(own).outcome());
    }

    private void refuse(OutcomeCode code, String message) {
        answer.complete(new CellAnswer.Failed<>(Outcome.of(code, message)));
    }
}
