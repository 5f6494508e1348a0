package io.feiqian.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * An outcome that is no acceptance, as a problem document of RFC 9457 with our code beside it.
 *
 * @param outcome refused or unknown
 * @param status the HTTP status
 * @param trace the transaction, where the request named one
 * @param recorded whether it is the recorded answer of an earlier request
 * @param response what else the service answered, as JSON; empty for nothing
 */
public record Problem(
        Outcome outcome,
        int status,
        Optional<TraceNumber> trace,
        boolean recorded,
        String response) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/problem+json";

    /** Says the code without the body being read, to gateways on the way. */
    private static final String CODE = "Feiqian-Code";

    /** A problem that nothing else was answered with. */
    public static Problem of(Outcome outcome, Optional<TraceNumber> trace) {
        return new Problem(outcome, statusOf(outcome.code()), trace, false, "");
    }

    /** The answer that this problem is, with the HTTP status of its code. */
    public static HttpAnswer answer(OutcomeCode code, String detail) {
        return of(Outcome.of(code, detail), Optional.empty()).toAnswer();
    }

    /** The same problem under another HTTP status, where HTTP has a more exact one. */
    public static HttpAnswer answer(int status, OutcomeCode code, String detail) {
        return new Problem(Outcome.of(code, detail), status, Optional.empty(), false, "")
                .toAnswer();
    }

    /** The HTTP status that says what this code says. */
    public static int statusOf(OutcomeCode code) {
        return switch (code) {
            case UNAUTHENTICATED -> 401;
            case NOT_PERMITTED -> 403;
            case METHOD_NOT_ALLOWED -> 405;
            case BODY_TOO_LARGE -> 413;
            case DEADLINE_EXPIRED -> 504;
            default ->
                    switch (code.kind()) {
                        case ACCEPTED -> 200;
                        case INVALID -> 400;
                        case NOT_FOUND -> 404;
                        case BUSINESS -> 422;
                        case CONFLICT -> 409;
                        case ROUTING, UNAVAILABLE -> 503;
                        case UNKNOWN -> 504;
                        case FAULT -> 500;
                    };
        };
    }

    /** The answer, which says when to try again where that is known. */
    public HttpAnswer retriedAfter(Duration known) {
        HttpAnswer answer = toAnswer();
        return status == 503 && known.isPositive()
                ? answer.with("Retry-After", Long.toString(known.plusMillis(999).toSeconds()))
                : answer;
    }

    /** The answer that this problem is. */
    public HttpAnswer toAnswer() {
        OutcomeCode code = outcome.code();
        ObjectNode body = JSON.createObjectNode();
        body.put("type", "urn:feiqian:outcome:" + words(code, '-'));
        body.put("title", title(code));
        body.put("status", status);
        body.put("detail", outcome.message());
        body.put("code", code.number());
        body.put("name", code.name());
        trace.ifPresent(number -> body.put("trace_number", number.toString()));
        body.put("recorded", recorded);
        if (!response.isEmpty()) {
            try {
                body.set("response", JSON.readTree(response));
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException("response: not the JSON just made", impossible);
            }
        }
        HttpAnswer answer =
                HttpAnswer.text(status, TYPE, body.toString())
                        .with(CODE, Integer.toString(code.number()));
        if (status == 503) {
            answer = answer.with("Retry-After", "1");
        }
        if (status == 401) {
            answer = answer.with("WWW-Authenticate", "Bearer");
        }
        return answer;
    }

    private static String title(OutcomeCode code) {
        String words = words(code, ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String words(OutcomeCode code, char between) {
        return code.name().toLowerCase(Locale.ROOT).replace('_', between);
    }
}
