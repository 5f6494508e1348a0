package io.feiqian.gateway;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What stands before the services of API routes: the gateway's own pages (health, metrics), an end
 * while it stops, and counts by path. Thread-safe.
 */
final class Front implements Answering {
    /**
     * What the gateway answers by itself.
     *
     * @param ready whether requests can be served
     * @param metrics all metrics in the text format of Prometheus
     */
    record Own(BooleanSupplier ready, Supplier<String> metrics) {}

    private record Key(String route, int status) {}

    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final Set<String> OWN_PATHS =
            Set.of("/health/live", "/health/ready", "/metrics");

    private final Optional<ServiceApi> api;
    private final Map<String, Answering> besides;
    private final Own own;
    private final Clock clock;
    private final MeterRegistry metrics;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /**
     * A front.
     *
     * @param api the services; empty where this gateway has none
     * @param besides who answers what begins with a path
     */
    Front(
            Optional<ServiceApi> api,
            Map<String, Answering> besides,
            Own own,
            Clock clock,
            MeterRegistry metrics) {
        this.api = api;
        this.besides = Map.copyOf(besides);
        this.own = own;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, Client client, Caller caller) {
        return counted(
                question,
                () ->
                        besides(question)
                                .or(() -> api)
                                .orElseThrow()
                                .answer(question, client, caller));
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            RouteConfig route, HttpQuestion question, Client client, Caller caller) {
        return counted(
                question,
                () ->
                        besides(question)
                                .or(() -> api)
                                .orElseThrow()
                                .answer(route, question, client, caller));
    }

    private CompletableFuture<HttpAnswer> counted(
            HttpQuestion question, Supplier<CompletableFuture<HttpAnswer>> services) {
        long began = clock.nanos();
        String route =
                OWN_PATHS.contains(question.path())
                        ? question.path()
                        : api.flatMap(each -> each.template(question)).orElse("none");
        return answer(question, services)
                .thenApply(answer -> {
                    timers.computeIfAbsent(new Key(route, answer.status()), this::timer)
                            .record(Duration.ofNanos(clock.nanos() - began));
                    return answer;
                });
    }

    private Optional<Answering> besides(HttpQuestion question) {
        return besides.entrySet().stream()
                .filter(each -> question.path().startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Refuses new calls, and says that it is not ready. */
    void stop() {
        stopping = true;
    }

    private CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, Supplier<CompletableFuture<HttpAnswer>> services) {
        if (OWN_PATHS.contains(question.path())) {
            return CompletableFuture.completedFuture(ownAnswer(question));
        }
        if (stopping) {
            return CompletableFuture.completedFuture(
                    Problem.answer(OutcomeCode.SHUTTING_DOWN, "stopping").closing());
        }
        if (api.isEmpty() && besides(question).isEmpty()) {
            return CompletableFuture.completedFuture(
                    Problem.answer(
                            OutcomeCode.UNKNOWN_PATH,
                            "path: no services here (expected: a route to a pool)"));
        }
        return services.get();
    }

    private HttpAnswer ownAnswer(HttpQuestion question) {
        if (question.verb().equals("OPTIONS")) {
            return HttpAnswer.empty(204).with("Allow", "GET, HEAD, OPTIONS");
        }
        if (!question.verb().equals("GET") && !question.verb().equals("HEAD")) {
            return ServiceApi.notAllowed(question, "GET, HEAD");
        }
        return switch (question.path()) {
            case "/health/live" -> HttpAnswer.json(200, "{\"status\":\"live\"}");
            case "/health/ready" ->
                    own.ready().getAsBoolean() && !stopping
                            ? HttpAnswer.json(200, "{\"status\":\"ready\"}")
                            : HttpAnswer.json(503, "{\"status\":\"not ready\"}");
            default -> HttpAnswer.text(200, PROMETHEUS, own.metrics().get());
        };
    }

    private Timer timer(Key key) {
        return Timer.builder("feiqian.gateway.requests")
                .description("Calls of services by path and HTTP status")
                .tag("route", key.route())
                .tag("status", Integer.toString(key.status()))
                .register(metrics);
    }
}
