package io.feiqian.gateway;

import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Network;
import io.feiqian.proxy.Problem;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.vocabulary.OutcomeCode;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What one route is guarded by, made ready once. Immutable. */
final class RouteGuard {
    private final RouteConfig route;
    private final Map<String, Authenticator> known;
    private final List<Authenticator> authenticators;
    private final List<Network> allowed;
    private final List<Network> denied;
    private final Optional<Cors> cors;
    private final Consumer<OutcomeCode> refused;

    private RouteGuard(
            RouteConfig route,
            Map<String, Authenticator> known,
            List<Authenticator> authenticators,
            Consumer<OutcomeCode> refused) {
        this.route = route;
        this.known = known;
        this.authenticators = authenticators;
        this.allowed = route.access().allowed().stream().map(Network::parse).toList();
        this.denied = route.access().denied().stream().map(Network::parse).toList();
        this.cors = route.cors().map(Cors::new);
        this.refused = refused;
    }

    /**
     * The guard of a route.
     *
     * @param refused told of every refusal
     * @throws IllegalStateException where an authenticator of this name is not known
     */
    static RouteGuard of(
            RouteConfig route, Map<String, Authenticator> known, Consumer<OutcomeCode> refused) {
        List<Authenticator> chosen =
                route.authentication().stream()
                        .map(name ->
                                Optional.ofNullable(known.get(name))
                                        .orElseThrow(() ->
                                                new IllegalStateException(
                                                        "authenticator "
                                                                + name
                                                                + " of route "
                                                                + route.name()
                                                                + " is not known")))
                        .toList();
        return new RouteGuard(route, known, chosen, refused);
    }

    /** Whether it is the guard of this very configuration, with these authenticators. */
    boolean isFor(RouteConfig other, Map<String, Authenticator> now) {
        return known.equals(now) && route.equals(other);
    }

    boolean wantsBody() {
        return authenticators.stream().anyMatch(Authenticator::wantsBody);
    }

    /** Networks first, since they say nothing of who is known; who may, last. */
    Verdict judge(HttpQuestion question, Client client) {
        Map<String, String> headers = cors.map(each -> each.headers(question)).orElse(Map.of());
        if (isOutside(client.address())) {
            return refuse(
                    OutcomeCode.NOT_PERMITTED,
                    "network of the client: not one that may ask here (expected: another)",
                    headers);
        }
        if (cors.isPresent() && Cors.isPreflight(question)) {
            return new Verdict.Answered(cors.get().preflight(question));
        }
        Caller caller = Caller.ANYBODY;
        if (!authenticators.isEmpty()) {
            switch (first(question, client)) {
                case Authenticator.Shown.Known known -> caller = known.caller();
                case Authenticator.Shown.Wrong wrong -> {
                    return refuse(wrong.code(), wrong.detail(), headers);
                }
                case Authenticator.Shown.Nothing _ -> {
                    return refuse(
                            OutcomeCode.UNAUTHENTICATED,
                            "credentials: none (expected: %s)"
                                    .formatted(
                                            authenticators.stream()
                                                    .map(Authenticator::expected)
                                                    .collect(Collectors.joining("; or "))),
                            headers);
                }
            }
        }
        Optional<String> why = forbidden(route.access(), caller);
        return why.isPresent()
                ? refuse(OutcomeCode.NOT_PERMITTED, why.get(), headers)
                : new Verdict.Admitted(caller, headers);
    }

    /** The first that knows; else the first thing that was wrong; else nothing. */
    private Authenticator.Shown first(HttpQuestion question, Client client) {
        if (question.isRepeated("authorization")) {
            return Authenticator.wrong("Authorization: twice (expected: at most once)");
        }
        Authenticator.Shown wrong = Authenticator.NOTHING;
        for (Authenticator each : authenticators) {
            switch (each.look(question, client)) {
                case Authenticator.Shown.Known known -> {
                    return known;
                }
                case Authenticator.Shown.Wrong other -> {
                    if (wrong instanceof Authenticator.Shown.Nothing) {
                        wrong = other;
                    }
                }
                case Authenticator.Shown.Nothing _ -> {}
            }
        }
        return wrong;
    }

    private boolean isOutside(InetAddress address) {
        for (Network each : denied) {
            if (each.contains(address)) {
                return true;
            }
        }
        return !allowed.isEmpty() && allowed.stream().noneMatch(each -> each.contains(address));
    }

    /** Why this caller may not; empty where it may. What is denied is denied whatever allows it. */
    private static Optional<String> forbidden(AccessConfig access, Caller caller) {
        if (access.deniedCallers().contains(caller.name())) {
            return Optional.of("caller %s: denied here".formatted(shown(caller.name())));
        }
        if (!access.callers().isEmpty() && !access.callers().contains(caller.name())) {
            return Optional.of(
                    "caller %s: not among those who may ask here".formatted(shown(caller.name())));
        }
        if (!access.channels().isEmpty() && !access.channels().contains(caller.channel())) {
            return Optional.of(
                    "channel %s: not among those that may ask here"
                            .formatted(shown(caller.channel())));
        }
        if (!caller.scopes().containsAll(access.scopes())) {
            return Optional.of(
                    "scopes of %s: not all (expected: %s)"
                            .formatted(shown(caller.name()), access.scopes()));
        }
        return Optional.empty();
    }

    private static String shown(String name) {
        return name.isEmpty() ? "(none)" : FieldValues.shortened(name);
    }

    private Verdict refuse(OutcomeCode code, String detail, Map<String, String> headers) {
        refused.accept(code);
        HttpAnswer answer = Problem.answer(code, detail);
        if (code == OutcomeCode.UNAUTHENTICATED) {
            answer =
                    answer.with(
                            "WWW-Authenticate",
                            authenticators.stream()
                                    .map(Authenticator::scheme)
                                    .distinct()
                                    .collect(Collectors.joining(", ")));
        }
        Map<String, String> all = new HashMap<>(answer.headers());
        all.putAll(headers);
        return new Verdict.Answered(
                new HttpAnswer(
                        answer.status(), answer.contentType(), answer.body(), all, answer.close()));
    }
}
