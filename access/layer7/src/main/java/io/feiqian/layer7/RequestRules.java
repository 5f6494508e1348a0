package io.feiqian.layer7;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.Problem;
import io.feiqian.rpc.RequestContext;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the service governance over one request: asked before it goes anywhere, told how it
 * ended, and asked for a fallback where it failed. Confined to the exchange's event loop.
 */
final class RequestRules {
    /** What a request has come to that was answered so. */
    static final Outcome FAULT = Outcome.of(OutcomeCode.INTERNAL_ERROR, "status >= 500");

    /** The last of the sides that judge: the one that calls. */
    private static final int CALLING = 2;

    private final Exchange exchange;
    private final CallWatch[] watches = new CallWatch[CALLING + 1];
    private int watching;
    private @Nullable PoolRun pool;
    private @Nullable Predicate<Instance<?>> instances;

    RequestRules(Exchange exchange) {
        this.exchange = exchange;
    }

    void clear() {
        watching = 0;
        pool = null;
        instances = null;
    }

    /** Asks them about a request that would go to this pool. */
    void begin(PoolRun first) {
        pool = first;
        ask(0);
    }

    /** Asks the sides that judge from this one on: adaptive, those who serve, those who call. */
    private void ask(int from) {
        Layer7 engine = exchange.worker.engine;
        for (int side = from; side <= CALLING; side++) {
            CallPolicies rules = engine.rules(side);
            if (!rules.isEmpty()) {
                CallFacts facts = facts(side);
                Ruling ruling = side == CALLING ? rules.outgoing(facts) : rules.incoming(facts);
                if (!apply(side, ruling)) {
                    return;
                }
            }
        }
        PoolRun to = pool;
        if (to != null) {
            exchange.judging().cell().find(to, instances);
        }
    }

    private CallFacts facts(int side) {
        RoutePlan plan = exchange.plan();
        PoolRun to = pool;
        Duration left =
                Duration.ofNanos(
                        exchange.timeoutNanos() - (exchange.worker.now() - exchange.began()));
        return new CallFacts(
                side == CALLING && to != null ? to.config().name() : plan.config.name(),
                plan.method(exchange.request().verb),
                exchange.caller().name(),
                RequestContext.until(Deadline.after(left, exchange.worker.clock())),
                Optional.empty(),
                "",
                exchange.caller().channel());
    }

    /** Whether the request goes on at once. */
    private boolean apply(int side, Ruling ruling) {
        switch (ruling) {
            case Ruling.Pass(var watch, var filter) -> {
                if (!watch.equals(CallWatch.NONE)) {
                    watches[watching++] = watch;
                }
                PoolRun to = pool;
                if (side == CALLING && !filter.equals(InstanceFilter.ANY) && to != null) {
                    instances =
                            filter.among(
                                    to.backends().members().stream()
                                            .map(Member::instance)
                                            .toList());
                }
                return true;
            }
            case Ruling.Refuse(var refusal, var retryAfter) ->
                    exchange.answer(Problem.of(refusal, Optional.empty()).retriedAfter(retryAfter));
            case Ruling.Answer(var message) -> exchange.answer(instead(message));
            case Ruling.Elsewhere(var service, var method) -> {
                return isElsewhere(service, method);
            }
            case Ruling.Later(var stage) ->
                    exchange.judging()
                            .after(
                                    stage,
                                    then -> {
                                        if (apply(side, then)) {
                                            ask(side + 1);
                                        }
                                    });
        }
        return false;
    }

    private static HttpAnswer instead(com.google.protobuf.Message message) {
        try {
            return HttpAnswer.json(200, JsonFormat.printer().print(message));
        } catch (InvalidProtocolBufferException unprintable) {
            return Problem.answer(OutcomeCode.INTERNAL_ERROR, "a rule's answer is no JSON");
        }
    }

    /** Whether the pool is there that a rule names; else the request is refused. */
    private boolean isElsewhere(String service, String method) {
        PoolRun other = exchange.worker.engine.routing().pool(service);
        if (other == null) {
            exchange.refuse(
                    OutcomeCode.INTERNAL_ERROR,
                    "a rule names pool \"%s\" %s (expected: one that is there)"
                            .formatted(service, method));
            return false;
        }
        pool = other;
        return true;
    }

    /** Another pool of the split takes it. */
    void moved(PoolRun other) {
        pool = other;
    }

    /** An attempt at a backend is over. */
    void attempted(Member<Backend> who, OutcomeCode how, long took) {
        CallPolicies rules = exchange.worker.engine.rules(CALLING);
        PoolRun to = pool;
        if (!rules.isEmpty() && to != null) {
            rules.attempted(to.config().name(), who.instance(), how, took);
        }
    }

    /**
     * What rules have instead of this failure, of which the client has heard nothing; null for
     * nothing. Never asked about what may have happened.
     */
    @Nullable Ruling insteadOf(Outcome failure) {
        for (int i = watching - 1; i >= 0; i--) {
            Optional<Ruling> found = watches[i].instead(failure);
            if (found.isPresent() && isPossible(found.get())) {
                return found.get();
            }
        }
        return null;
    }

    /** A caller of gRPC cannot read JSON, and what went on of a body is not there any more. */
    private boolean isPossible(Ruling found) {
        return switch (found) {
            case Ruling.Answer _ -> !exchange.request().grpc;
            case Ruling.Elsewhere _ -> !exchange.body().isPassed();
            case Ruling.Pass _, Ruling.Refuse _, Ruling.Later _ -> false;
        };
    }

    /** Does what they have instead; they hear of the failure, and nobody follows the rest. */
    void fallBack(Ruling instead, Outcome failure) {
        ended(failure, exchange.worker.now() - exchange.began());
        if (instead instanceof Ruling.Answer(var message)) {
            exchange.answer(instead(message));
        } else if (instead instanceof Ruling.Elsewhere(var service, var method)
                && isElsewhere(service, method)) {
            PoolRun to = pool;
            if (to != null) {
                exchange.judging().cell().none(to);
            }
        }
    }

    /** The request is over; told once. */
    void ended(Outcome outcome, long took) {
        while (watching > 0) {
            watches[--watching].ended(outcome, took);
        }
    }
}
