package io.feiqian.layer7;

import com.google.protobuf.ByteString;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Verdict;
import io.feiqian.telemetry.Tracing;
import io.feiqian.telemetry.WorkSpan;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked about one request before it goes anywhere, in this order: who it is and whether it
 * may ({@link io.feiqian.proxy.spi.Guard}), the rules of the service governance ({@link
 * RequestRules}), its cell ({@link RequestCell}). Nothing is asked where nobody has anything to
 * say.
 */
final class Judging {
    private static final Logger LOG = LoggerFactory.getLogger(Judging.class);
    private static final Outcome DONE = new Outcome.Accepted();
    private static final Outcome GONE = new Outcome.Unknown("nobody waited for the answer");

    private final Exchange exchange;
    private final RequestRules rules;
    private final RequestCell cell;
    private @Nullable HttpQuestion question;
    private @Nullable WorkSpan span;

    Judging(Exchange exchange) {
        this.exchange = exchange;
        this.rules = new RequestRules(exchange);
        this.cell = new RequestCell(exchange);
    }

    void clear() {
        rules.clear();
        cell.clear();
        question = null;
        span = null;
    }

    /** The rules over it. */
    RequestRules rules() {
        return rules;
    }

    /** Its cell. */
    RequestCell cell() {
        return cell;
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
            if (plan.end == RoutePlan.End.POOLS) {
                trace(parts.tracing());
            }
            switch (plan.end) {
                case API -> ask(parts);
                case ANSWER -> exchange.answer(plan.fixed.orElseThrow());
                case REDIRECT -> exchange.answer(redirected(plan));
                case POOLS -> rules.begin(pool(plan));
            }
        } catch (RuntimeException fault) {
            failed(fault);
        }
    }

    /** Begins a span, where it is recorded or goes on with a caller's trace. */
    private void trace(Tracing tracing) {
        int sent = exchange.request().find(Known.TRACEPARENT);
        if (tracing.isRecording() || (sent >= 0 && tracing != Tracing.none())) {
            span =
                    tracing.serve(
                            exchange.plan().config.name(),
                            Optional.empty(),
                            sent < 0 ? "" : exchange.request().value(sent));
        }
    }

    /** A client that a cookie or a key keeps stays with its pool of a split. */
    private PoolRun pool(RoutePlan plan) {
        if (!plan.isSplit()) {
            return plan.first();
        }
        PoolRun kept = plan.kept(exchange.request());
        return kept == null ? plan.pool(cell.key(plan.first())) : kept;
    }

    /** Another pool of the split takes it. */
    void moved(PoolRun other) {
        rules.moved(other);
        cell.moved(other);
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
            ByteBuf body = exchange.body().collected();
            known =
                    new HttpQuestion(
                            head.method(),
                            head.path(),
                            head.query(),
                            head.headers(),
                            body == null
                                    ? ByteString.EMPTY
                                    : ByteString.copyFrom(
                                            body.array(), body.arrayOffset(), body.writerIndex()));
            question = known;
        }
        return known;
    }

    /** Goes on with what comes, on the event loop, unless the exchange is over by then. */
    <T> void after(CompletionStage<T> stage, Consumer<T> next) {
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

    /** The exchange is over; told once. */
    void ended(int status, long took) {
        Outcome outcome = status == 499 ? GONE : status >= 500 ? RequestRules.FAULT : DONE;
        rules.ended(outcome, took);
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
}
