package io.feiqian.layer7;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.StickyConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.rpc.RequestContext;
import io.feiqian.rpc.spi.CallFacts;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.rpc.spi.CallWatch;
import io.feiqian.rpc.spi.InstanceFilter;
import io.feiqian.rpc.spi.Ruling;
import io.feiqian.runtime.Deadline;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked about one request before it goes anywhere, in this order: who it is and whether it
 * may ({@link io.feiqian.proxy.spi.Guard}), the rules of the service governance, its cell. Nothing
 * is asked where nobody has anything to say.
 */
final class Judging {
    private static final Logger LOG = LoggerFactory.getLogger(Judging.class);
    private static final Outcome DONE = new Outcome.Accepted();
    private static final Outcome FAULT = Outcome.of(OutcomeCode.INTERNAL_ERROR, "status >= 500");
    private static final Outcome GONE = new Outcome.Unknown("nobody waited for the answer");

    /** The last of the sides that judge: the one that calls. */
    private static final int CALLING = 2;

    private final Exchange exchange;
    private final CallWatch[] watches = new CallWatch[CALLING + 1];
    private int watching;
    private @Nullable HttpQuestion question;
    private @Nullable PoolRun pool;
    private @Nullable WorkSpan span;
    private @Nullable Predicate<Instance<?>> instances;
    private CellAim.@Nullable To aim;
    private CellSteering.@Nullable Request steered;

    Judging(Exchange exchange) {
        this.exchange = exchange;
    }

    void clear() {
        watching = 0;
        question = null;
        pool = null;
        span = null;
        instances = null;
        aim = null;
        steered = null;
    }

    void begin() {
        RoutePlan plan = exchange.plan();
        Layer7Parts parts = exchange.worker.engine.parts();
        try {
            if (plan.guarded) {
                Verdict verdict = parts.guard().judge(plan.config, question(), exchange.from());
                switch (verdict) {
                    case Verdict.Admitted(var caller, var headers) ->
                            exchange.admitted(caller, headers);
                    case Verdict.Answered(var answer) -> {
                        exchange.answer(answer);
                        return;
                    }
                }
            }
            if (parts.tracing() != Tracing.none() && plan.end == RoutePlan.End.POOLS) {
                int sent = exchange.request().find(Known.TRACEPARENT);
                span =
                        parts.tracing()
                                .serve(
                                        plan.config.name(),
                                        Optional.empty(),
                                        sent < 0 ? "" : exchange.request().value(sent));
            }
            switch (plan.end) {
                case API -> ask(parts);
                case ANSWER -> exchange.answer(plan.fixed.orElseThrow());
                case REDIRECT -> exchange.answer(redirected(plan));
                case POOLS -> {
                    pool = pool(plan);
                    rules(0);
                }
            }
        } catch (RuntimeException fault) {
            failed(fault);
        }
    }

    /** A client that a cookie or a key keeps stays with its pool of a split. */
    private PoolRun pool(RoutePlan plan) {
        if (!plan.isSplit()) {
            return plan.first();
        }
        PoolRun kept = plan.kept(exchange.request());
        return kept == null ? plan.pool(key(plan.first())) : kept;
    }

    /** Another pool of the split takes it. */
    void moved(PoolRun other) {
        pool = other;
    }

    private void failed(Throwable fault) {
        if (fault instanceof RefusedException refused) {
            exchange.refuse(refused.code(), String.valueOf(refused.getMessage()));
            return;
        }
        LOG.error("a fault while judging a request of {}", exchange.plan().config.name(), fault);
        exchange.refuse(OutcomeCode.INTERNAL_ERROR, "a fault of the gateway");
    }

    private void ask(Layer7Parts parts) {
        RoutePlan plan = exchange.plan();
        after(
                parts.answering()
                        .answer(plan.config, question(), exchange.from(), exchange.caller()),
                exchange::answer);
    }

    private HttpAnswer redirected(RoutePlan plan) {
        var redirect = plan.config.redirect().orElseThrow();
        Head head = exchange.request();
        String target = head.text(head.targetStart, head.targetEnd);
        return HttpAnswer.empty(redirect.status())
                .with("Location", redirect.to().replace("{path}", target));
    }

    /** The request as texts; made once, and only where somebody wants it. */
    private HttpQuestion question() {
        HttpQuestion known = question;
        if (known == null) {
            Head head = exchange.request();
            ByteBuf body = exchange.collected();
            known =
                    new HttpQuestion(
                            head.method(),
                            head.path(),
                            head.query(),
                            head.headers(),
                            body == null
                                    ? ByteString.EMPTY
                                    : ByteString.copyFrom(
                                            body.array(),
                                            body.arrayOffset() + body.readerIndex(),
                                            body.readableBytes()));
            question = known;
        }
        return known;
    }

    /** Asks the sides that judge from this one on: adaptive, those who serve, those who call. */
    private void rules(int from) {
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
        cell();
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
                PoolRun other = exchange.worker.engine.routing().pool(service);
                if (other != null) {
                    pool = other;
                    return true;
                }
                exchange.refuse(
                        OutcomeCode.INTERNAL_ERROR,
                        "a rule names pool \"%s\" %s (expected: one that is there)"
                                .formatted(service, method));
            }
            case Ruling.Later(var stage) ->
                    after(
                            stage,
                            then -> {
                                if (apply(side, then)) {
                                    rules(side + 1);
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

    private void cell() {
        PoolRun to = pool;
        RoutePlan plan = exchange.plan();
        CellSteering.Way way = plan.way;
        if (to == null) {
            return;
        }
        if (way == null) {
            exchange.attempts().go(to, key(to), "", instances);
            return;
        }
        CellSteering steering = exchange.worker.engine.parts().cells();
        if (steering == null) {
            exchange.refuse(OutcomeCode.NO_ROUTE, "this gateway knows no cells");
            return;
        }
        CellSteering.Request request =
                new CellSteering.Request(
                        way, new RequestParts(exchange), !exchange.request().verb.isSafe(), to);
        steered = request;
        after(steering.aim(request), found -> aimed(found, to));
    }

    private void aimed(CellAim found, PoolRun to) {
        switch (found) {
            case CellAim.To known -> {
                aim = known;
                exchange.attempts().go(to, key(to), known.cell().toString(), instances);
            }
            case CellAim.Refused(var code, var detail) -> exchange.refuse(code, detail);
        }
    }

    /** The backend says that nothing was done, since its cell is the wrong one: once more. */
    boolean corrected(long knownThere) {
        CellSteering steering = exchange.worker.engine.parts().cells();
        CellSteering.Request request = steered;
        CellAim.To before = aim;
        PoolRun to = pool;
        if (steering == null || request == null || before == null || to == null) {
            return false;
        }
        exchange.attempts().corrected();
        after(steering.corrected(request, before, knownThere), found -> aimed(found, to));
        return true;
    }

    /** The backend says how much of its cell is in use, in percent. */
    void loaded(long percent) {
        CellSteering steering = exchange.worker.engine.parts().cells();
        CellAim.To known = aim;
        if (steering != null && known != null) {
            steering.loaded(known.cell(), percent);
        }
    }

    private long key(PoolRun to) {
        if (to.key().isPresent()) {
            Optional<String> found = to.key().get().read(new RequestParts(exchange));
            if (found.isPresent()) {
                return Sticky.hash(found.get());
            }
        }
        return to.config().sticky().by() == StickyConfig.By.CLIENT_IP
                ? Sticky.hash(exchange.from().address().getHostAddress())
                : exchange.worker.chance();
    }

    /** Goes on with what comes, on the event loop, unless the exchange is over by then. */
    private <T> void after(CompletionStage<T> stage, Consumer<T> next) {
        int turn = exchange.turn();
        var future = stage.toCompletableFuture();
        if (future.isDone() && !future.isCompletedExceptionally()) {
            next.accept(future.join());
            return;
        }
        var _ =
                stage.whenComplete((value, fault) ->
                        exchange.worker.run(() -> {
                            if (exchange.turn() != turn) {
                                return;
                            }
                            if (fault != null) {
                                failed(fault);
                            } else {
                                next.accept(value);
                            }
                        }));
    }

    /** An attempt at a backend is over. */
    void attempted(Member<Backend> who, OutcomeCode how, long took) {
        CallPolicies rules = exchange.worker.engine.rules(CALLING);
        PoolRun to = pool;
        if (!rules.isEmpty() && to != null) {
            rules.attempted(to.config().name(), who.instance(), how, took);
        }
    }

    /** The exchange is over; told once. */
    void ended(int status, long took) {
        Outcome outcome = status == 499 ? GONE : status >= 500 ? FAULT : DONE;
        while (watching > 0) {
            watches[--watching].ended(outcome, took);
        }
        WorkSpan known = span;
        if (known != null) {
            span = null;
            known.outcome(outcome).close();
        }
    }

    String traceparent() {
        WorkSpan known = span;
        return known == null ? "" : known.traceparent();
    }

    /** What the backend is told of the cell. */
    Map<String, String> headers() {
        CellAim.To known = aim;
        return known == null ? Map.of() : known.headers();
    }

    /** What the client is told of the cell. */
    void answerHeaders(Head head) {
        CellAim.To known = aim;
        if (known != null && known.flow().isPresent()) {
            Forwarding.set(head, CellAim.FLOW, known.flow().get());
        }
    }
}
