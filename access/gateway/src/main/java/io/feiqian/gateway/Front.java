package io.feiqian.gateway;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What answers whole requests here: finds who does at a path, makes a problem document of every
 * refusal and fault, counts, times and logs. Thread-safe.
 */
final class Front implements Answering {
    /**
     * What the gateway answers by itself.
     *
     * @param ready whether requests can be served
     * @param metrics all metrics in the text format of Prometheus
     * @param traceNumbers who hands out trace numbers
     */
    record Own(BooleanSupplier ready, Supplier<String> metrics, TraceNumbers traceNumbers) {}

    private record Key(String route, int status) {}

    private static final Logger ACCESS = LoggerFactory.getLogger("io.feiqian.gateway.access");
    private static final Logger LOG = LoggerFactory.getLogger(Front.class);
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Set<String> OWN_PATHS =
            Set.of("/health/live", "/health/ready", "/metrics", TraceNumbers.PATH);

    private final RouteTable routes;
    private final Api api;
    private final Own own;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    Front(RouteTable routes, Api api, Own own, Clock clock, MeterRegistry metrics) {
        this.routes = routes;
        this.api = api;
        this.own = own;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, Client client, Caller caller) {
        long began = clock.nanos();
        RouteTable.Found found = find(question);
        String route =
                found instanceof RouteTable.Found.Method(var method, _)
                        ? method.path().text()
                        : OWN_PATHS.contains(question.path()) ? question.path() : "none";
        return answer(question, found)
                .exceptionally(fault -> problem(question, fault))
                .thenApply(answer -> {
                    note(question, route, began, answer);
                    return answer;
                });
    }

    /** Refuses new calls, and says that it is not ready. */
    void stop() {
        stopping = true;
    }

    private RouteTable.Found find(HttpQuestion question) {
        return question.path().startsWith("/")
                ? routes.find(question.verb(), question.path())
                : new RouteTable.Found.Nothing();
    }

    private CompletableFuture<HttpAnswer> answer(HttpQuestion question, RouteTable.Found found) {
        try {
            if (OWN_PATHS.contains(question.path())) {
                return done(ownAnswer(question));
            }
            if (question.verb().equals("OPTIONS")) {
                return done(options(question, found));
            }
            return switch (found) {
                case RouteTable.Found.Method(var method, var variables) -> {
                    if (stopping) {
                        yield done(Problem.answer(OutcomeCode.SHUTTING_DOWN, "stopping").closing());
                    }
                    yield api.handle(method, variables, question);
                }
                case RouteTable.Found.OtherVerbs(var allowed) ->
                        done(notAllowed(question, String.join(", ", allowed)));
                case RouteTable.Found.Nothing() ->
                        done(Problem.answer(OutcomeCode.UNKNOWN_PATH, unknown(question)));
            };
        } catch (RuntimeException fault) {
            return done(problem(question, fault));
        }
    }

    private HttpAnswer ownAnswer(HttpQuestion question) {
        if (question.verb().equals("OPTIONS")) {
            return HttpAnswer.empty(204).with("Allow", "GET, HEAD, OPTIONS");
        }
        if (!question.verb().equals("GET") && !question.verb().equals("HEAD")) {
            return notAllowed(question, "GET, HEAD");
        }
        return switch (question.path()) {
            case "/health/live" -> HttpAnswer.json(200, "{\"status\":\"live\"}");
            case "/health/ready" ->
                    own.ready().getAsBoolean() && !stopping
                            ? HttpAnswer.json(200, "{\"status\":\"ready\"}")
                            : HttpAnswer.json(503, "{\"status\":\"not ready\"}");
            case "/metrics" -> HttpAnswer.text(200, PROMETHEUS, own.metrics().get());
            default -> own.traceNumbers().answer(question.query());
        };
    }

    private static HttpAnswer options(HttpQuestion question, RouteTable.Found found) {
        return switch (found) {
            case RouteTable.Found.OtherVerbs(var allowed) ->
                    HttpAnswer.empty(204).with("Allow", String.join(", ", allowed) + ", OPTIONS");
            case RouteTable.Found.Method(var method, _) ->
                    HttpAnswer.empty(204).with("Allow", method.verb() + ", OPTIONS");
            case RouteTable.Found.Nothing() ->
                    question.path().equals("*")
                            ? HttpAnswer.empty(204).with("Allow", "GET, HEAD, POST, OPTIONS")
                            : Problem.answer(OutcomeCode.UNKNOWN_PATH, unknown(question));
        };
    }

    private static HttpAnswer notAllowed(HttpQuestion question, String allowed) {
        return Problem.answer(
                        OutcomeCode.METHOD_NOT_ALLOWED,
                        "%s %s (expected: %s)"
                                .formatted(question.verb(), shown(question.path()), allowed))
                .with("Allow", allowed);
    }

    private static String unknown(HttpQuestion question) {
        return "path: " + shown(question.path()) + " (expected: a path of a service)";
    }

    private static String shown(String path) {
        return FieldValues.shortened(path);
    }

    private static HttpAnswer problem(HttpQuestion question, Throwable fault) {
        if (fault instanceof RefusedException refused) {
            return Problem.answer(refused.code(), String.valueOf(refused.getMessage()));
        }
        if (fault instanceof UnsupportedMediaException media) {
            return Problem.answer(
                    415, OutcomeCode.MALFORMED_REQUEST, String.valueOf(media.getMessage()));
        }
        LOG.error("a fault while answering {} {}", question.verb(), shown(question.path()), fault);
        return Problem.answer(OutcomeCode.INTERNAL_ERROR, "a fault of the gateway");
    }

    private void note(HttpQuestion question, String route, long began, HttpAnswer answer) {
        Duration took = Duration.ofNanos(clock.nanos() - began);
        timers.computeIfAbsent(new Key(route, answer.status()), this::timer).record(took);
        if (ACCESS.isDebugEnabled()) {
            ACCESS.atDebug()
                    .addKeyValue("verb", question.verb())
                    .addKeyValue("path", question.path())
                    .addKeyValue("status", answer.status())
                    .addKeyValue("micros", took.toNanos() / 1_000)
                    .addKeyValue("bytes_in", question.body().size())
                    .addKeyValue("chars_out", answer.body().length())
                    .addKeyValue("trace", answer.headers().getOrDefault(Api.TRACE_HEADER, ""))
                    .log("request");
        }
    }

    private Timer timer(Key key) {
        return Timer.builder("feiqian.gateway.requests")
                .description("Requests by route and HTTP status")
                .tag("route", key.route())
                .tag("status", Integer.toString(key.status()))
                .register(metrics);
    }

    private static CompletableFuture<HttpAnswer> done(HttpAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
