package io.feiqian.gateway;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.spi.Answering;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Placement;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services behind routes with {@code api}: every path of every contract that is known now
 * (B6.2-a, D5.5-0), trace numbers for those without a channel of their own, and the description of
 * it all at {@value OpenApi#PATH}. Every refusal and fault is a problem document. Never blocks.
 * Thread-safe.
 */
public final class ServiceApi implements Answering {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceApi.class);

    private final Supplier<RouteTable> services;
    private final Api api;
    private final TraceNumbers traceNumbers;
    private final OpenApi description;

    private ServiceApi(
            Supplier<RouteTable> services,
            Api api,
            TraceNumbers traceNumbers,
            OpenApi description) {
        this.services = services;
        this.api = api;
        this.traceNumbers = traceNumbers;
        this.description = description;
    }

    /**
     * The API over these services.
     *
     * @param clients the way to the cells
     * @param rules what judges each request before it is sent on, as the side that serves
     * @param token the admin token; empty refuses everything that is for operators only
     * @param labels which label a request gets
     * @param proxy the configuration in force, for the description of the API
     */
    public static ServiceApi of(
            GatewayConfig config,
            LearntServices services,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            Supplier<ProxyConfig> proxy,
            Telemetry telemetry,
            Clock clock) {
        return of(
                config,
                new ApiParts(clients, rules, token, labels, services::routes),
                proxy,
                telemetry,
                clock);
    }

    static ServiceApi of(
            GatewayConfig config,
            ApiParts parts,
            Supplier<ProxyConfig> proxy,
            Telemetry telemetry,
            Clock clock) {
        Randomness random = Randomness.secure();
        return new ServiceApi(
                parts.routes(),
                new Api(
                        config,
                        parts.clients(),
                        parts.rules(),
                        parts.token(),
                        parts.labels(),
                        clock,
                        telemetry.tracing()),
                new TraceNumbers(
                        config.channel(), clock, random, new Placement(parts.clients(), random)),
                new OpenApi(proxy));
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, Client client, Caller caller) {
        return answer(question, new Api.Asking(caller, false, Map.of()));
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(
            RouteConfig route, HttpQuestion question, Client client, Caller caller) {
        CompletableFuture<HttpAnswer> answer =
                answer(question, new Api.Asking(caller, route.idempotency(), route.labels()));
        return route.etags() ? answer.thenApply(each -> EntityTags.answer(question, each)) : answer;
    }

    private CompletableFuture<HttpAnswer> answer(HttpQuestion question, Api.Asking asking) {
        try {
            return find(question, asking).exceptionally(fault -> problem(question, fault));
        } catch (RuntimeException fault) {
            return done(problem(question, fault));
        }
    }

    /** The path, as its contract writes it, that a question asks for; empty where nothing is. */
    Optional<String> template(HttpQuestion question) {
        if (question.path().equals(OpenApi.PATH) || question.path().equals(TraceNumbers.PATH)) {
            return Optional.of(question.path());
        }
        return question.path().startsWith("/")
                        && services.get().find(question.verb(), question.path())
                                instanceof RouteTable.Found.Method(var method, _)
                ? Optional.of(method.path().text())
                : Optional.empty();
    }

    private CompletableFuture<HttpAnswer> find(HttpQuestion question, Api.Asking asking) {
        RouteTable routes = services.get();
        return switch (question.path()) {
            case OpenApi.PATH -> done(own(question, () -> description.answer(routes)));
            case TraceNumbers.PATH ->
                    done(own(question, () -> traceNumbers.answer(question.query())));
            default -> {
                RouteTable.Found found =
                        question.path().startsWith("/")
                                ? routes.find(question.verb(), question.path())
                                : new RouteTable.Found.Nothing();
                yield question.verb().equals("OPTIONS")
                        ? done(options(question, found))
                        : answer(question, found, asking);
            }
        };
    }

    private CompletableFuture<HttpAnswer> answer(
            HttpQuestion question, RouteTable.Found found, Api.Asking asking) {
        return switch (found) {
            case RouteTable.Found.Method(var method, var variables) ->
                    api.handle(method, variables, question, asking);
            case RouteTable.Found.OtherVerbs(var allowed) ->
                    done(notAllowed(question, String.join(", ", allowed)));
            case RouteTable.Found.Nothing() -> done(unknown(question));
        };
    }

    private static HttpAnswer own(HttpQuestion question, Supplier<HttpAnswer> answer) {
        return switch (question.verb()) {
            case "GET", "HEAD" -> answer.get();
            case "OPTIONS" -> HttpAnswer.empty(204).with("Allow", "GET, HEAD, OPTIONS");
            default -> notAllowed(question, "GET, HEAD");
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
                            : unknown(question);
        };
    }

    static HttpAnswer notAllowed(HttpQuestion question, String allowed) {
        return Problem.answer(
                        OutcomeCode.METHOD_NOT_ALLOWED,
                        "%s %s (expected: %s)"
                                .formatted(
                                        FieldValues.shortened(question.verb()),
                                        FieldValues.shortened(question.path()),
                                        allowed))
                .with("Allow", allowed);
    }

    private static HttpAnswer unknown(HttpQuestion question) {
        return Problem.answer(
                OutcomeCode.UNKNOWN_PATH,
                "path: %s (expected: a path of a service, as GET %s lists them)"
                        .formatted(FieldValues.shortened(question.path()), OpenApi.PATH));
    }

    private static HttpAnswer problem(HttpQuestion question, Throwable fault) {
        if (fault instanceof RefusedException refused) {
            return Problem.answer(refused.code(), String.valueOf(refused.getMessage()));
        }
        if (fault instanceof UnsupportedMediaException media) {
            return Problem.answer(
                    415, OutcomeCode.MALFORMED_REQUEST, String.valueOf(media.getMessage()));
        }
        LOG.error(
                "a fault while answering {} {}",
                FieldValues.shortened(question.verb()),
                FieldValues.shortened(question.path()),
                fault);
        return Problem.answer(OutcomeCode.INTERNAL_ERROR, "a fault of the gateway");
    }

    private static CompletableFuture<HttpAnswer> done(HttpAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
