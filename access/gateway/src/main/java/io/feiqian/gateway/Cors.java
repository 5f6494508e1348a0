package io.feiqian.gateway;

import io.feiqian.proxy.CorsConfig;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What pages of other origins may ask, as browsers want to hear it (Fetch, CORS protocol).
 * Immutable.
 */
final class Cors {
    private static final String ORIGIN = "Access-Control-Allow-Origin";

    private final CorsConfig config;

    Cors(CorsConfig config) {
        this.config = config;
    }

    /** Whether a browser asks whether it may ask. */
    static boolean isPreflight(HttpQuestion question) {
        return question.verb().equals("OPTIONS")
                && question.headers().containsKey("origin")
                && question.headers().containsKey("access-control-request-method");
    }

    /** What the answer says to the browser; without permission, only that origins differ. */
    Map<String, String> headers(HttpQuestion question) {
        Map<String, String> headers = permission(question);
        if (headers.containsKey(ORIGIN) && !config.exposed().isEmpty()) {
            headers.put("Access-Control-Expose-Headers", String.join(", ", config.exposed()));
        }
        return headers;
    }

    /** The answer to a browser that asks whether it may ask. */
    HttpAnswer preflight(HttpQuestion question) {
        Map<String, String> headers = permission(question);
        String method = question.header("access-control-request-method").orElse("");
        if (!headers.containsKey(ORIGIN) || !config.methods().contains(method)) {
            HttpAnswer refused =
                    Problem.answer(
                            OutcomeCode.NOT_PERMITTED,
                            "%s from origin %s (expected: one of %s from one of %s)"
                                    .formatted(
                                            FieldValues.shortened(method),
                                            FieldValues.shortened(
                                                    question.header("origin").orElse("several")),
                                            config.methods(),
                                            config.origins()));
            return isForAll() ? refused : refused.with("Vary", "Origin");
        }
        headers.put("Access-Control-Allow-Methods", String.join(", ", config.methods()));
        if (!config.headers().isEmpty()) {
            headers.put("Access-Control-Allow-Headers", String.join(", ", config.headers()));
        }
        headers.put("Access-Control-Max-Age", Long.toString(config.life().toSeconds()));
        return new HttpAnswer(204, "", "", headers, false);
    }

    private Map<String, String> permission(HttpQuestion question) {
        Map<String, String> headers = new LinkedHashMap<>();
        Optional<String> origin = question.header("origin");
        if (isForAll()) {
            origin.ifPresent(each -> headers.put(ORIGIN, "*"));
            return headers;
        }
        headers.put("Vary", "Origin");
        if (origin.filter(config.origins()::contains).isPresent()) {
            headers.put(ORIGIN, origin.get());
            if (config.credentials()) {
                headers.put("Access-Control-Allow-Credentials", "true");
            }
        }
        return headers;
    }

    private boolean isForAll() {
        return config.origins().contains("*");
    }
}
