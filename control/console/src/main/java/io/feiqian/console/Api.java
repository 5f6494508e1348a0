package io.feiqian.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.Json;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What pages show and do, for programs: JSON, by tokens. Cookies do not count here, so no other
 * site can make a browser ask. Thread-safe once the addresses are added.
 */
final class Api {
    static final String PATH = "/api/v1";
    private static final Logger LOG = LoggerFactory.getLogger(Api.class);

    /** Says of an answer that parts of other tenants' cells were left out of it. */
    static final String LEFT_OUT = "Feiqian-Left-Out";

    private final ApiGuard guard;
    private final Access access;
    private final CellLines lines;
    private final RefusalLog log;
    private final List<Route> routes;
    private final ObjectNode document;

    Api(ApiGuard guard, Access access, CellLines lines, List<Page> pages, RefusalLog log) {
        this.guard = guard;
        this.access = access;
        this.lines = lines;
        this.log = log;
        this.routes = pages.stream().flatMap(page -> page.api().stream()).toList();
        this.document = OpenApi.of(routes);
    }

    /** Every address with what it needs, such as {@code GET /api/v1/overview overview.see}. */
    List<String> addresses() {
        return routes.stream()
                .map(each ->
                        "%s %s%s %s"
                                .formatted(
                                        each.changes() ? "POST" : "GET",
                                        PATH,
                                        each.path(),
                                        each.needs().key()))
                .toList();
    }

    /** Serves every route and what is documented of all of them, and nothing else. */
    void routes(HttpRouting.Builder routing) {
        routing.get(
                PATH + OpenApi.PATH,
                (request, response) -> send(response, Status.OK_200, document));
        for (Route route : routes) {
            if (route.changes()) {
                routing.post(PATH + route.path(), (it, to) -> answer(route, it, to));
            } else {
                routing.get(PATH + route.path(), (it, to) -> answer(route, it, to));
            }
        }
        Stream.concat(Stream.of(OpenApi.PATH), routes.stream().map(Route::path))
                .distinct()
                .forEach(path -> routing.any(PATH + path, (it, to) -> refuseMethod(path, to)));
        routing.any(
                "/api/*",
                (request, response) ->
                        refuse(
                                response,
                                new RefusedException(
                                        OutcomeCode.UNKNOWN_PATH,
                                        "path: unknown (expected: one of "
                                                + PATH
                                                + OpenApi.PATH
                                                + ")")));
    }

    private void answer(Route route, ServerRequest request, ServerResponse response) {
        Optional<ApiGuard.Answer.Known> asking = Optional.empty();
        try {
            switch (guard.ask(request)) {
                case ApiGuard.Answer.Known known -> {
                    asking = Optional.of(known);
                    answer(route, request, response, known);
                }
                case ApiGuard.Answer.Stranger stranger -> {
                    log.add(request, Optional.empty(), OutcomeCode.UNAUTHENTICATED);
                    refuseStranger(response, stranger);
                }
                case ApiGuard.Answer.Wait wait -> refuseFlood(response, wait);
            }
        } catch (RefusedException refused) {
            log.add(request, asking.map(ApiGuard.Answer.Known::user), refused.code());
            refuse(response, refused);
        } catch (RuntimeException failed) {
            LOG.error("a request to the API could not be answered", failed);
            refuse(
                    response,
                    new RefusedException(
                            OutcomeCode.INTERNAL_ERROR, "the console's log says more"));
        }
    }

    private void answer(
            Route route,
            ServerRequest request,
            ServerResponse response,
            ApiGuard.Answer.Known who) {
        Rights rights = access.rights(who.user());
        rights.require(Permission.TOKENS_USE);
        rights.require(route.needs());
        if (who.user().firstUse()) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "password: given by somebody else (expected: changed at the first sign-in)");
        }
        Cells cells = lines.within(rights.tenant());
        Call call = Call.of(route, request, who.user(), rights, cells, who.token().name());
        JsonNode answer = AnswerJson.of(route.action().apply(call));
        if (cells.leftOut()) {
            response.header(HeaderNames.create(LEFT_OUT), "true");
        }
        send(response, Status.OK_200, answer);
    }

    private static void refuseStranger(ServerResponse response, ApiGuard.Answer.Stranger stranger) {
        response.header(
                HeaderNames.WWW_AUTHENTICATE,
                stranger.showedOne() ? "Bearer error=\"invalid_token\"" : "Bearer");
        send(
                response,
                Status.UNAUTHORIZED_401,
                problem(
                        OutcomeCode.UNAUTHENTICATED,
                        stranger.showedOne()
                                ? "token: wrong, revoked or expired (expected: one that is valid)"
                                : "token: none (expected: Authorization: Bearer fqt_…)"));
    }

    private static void refuseFlood(ServerResponse response, ApiGuard.Answer.Wait wait) {
        response.header(HeaderNames.RETRY_AFTER, Long.toString(wait.length().toSeconds() + 1));
        send(
                response,
                Status.TOO_MANY_REQUESTS_429,
                problem(OutcomeCode.OVERLOADED, "requests: too many (expected: 20 a second)"));
    }

    private void refuseMethod(String path, ServerResponse response) {
        String allowed =
                routes.stream()
                        .filter(each -> each.path().equals(path))
                        .map(each -> each.changes() ? "POST" : "GET")
                        .sorted()
                        .collect(Collectors.joining(", "));
        response.header(HeaderNames.ALLOW, allowed.isEmpty() ? "GET" : allowed);
        refuse(
                response,
                new RefusedException(
                        OutcomeCode.METHOD_NOT_ALLOWED,
                        "method: not here (expected: as documented)"));
    }

    private static void refuse(ServerResponse response, RefusedException refused) {
        Status status =
                switch (refused.code()) {
                    case METHOD_NOT_ALLOWED -> Status.METHOD_NOT_ALLOWED_405;
                    case BODY_TOO_LARGE -> Status.REQUEST_ENTITY_TOO_LARGE_413;
                    default -> Frame.status(refused.code());
                };
        send(response, status, problem(refused.code(), refused.outcome().message()));
    }

    private static ObjectNode problem(OutcomeCode code, String message) {
        return Json.MAPPER
                .createObjectNode()
                .put("code", code.number())
                .put("name", code.name())
                .put("message", message);
    }

    private static void send(ServerResponse response, Status status, JsonNode body) {
        try {
            response.status(status)
                    .header(HeaderNames.CONTENT_TYPE, "application/json")
                    .header(HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"api.json\"")
                    .send(Json.MAPPER.writeValueAsString(body).getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
