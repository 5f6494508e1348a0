package io.feiqian.spring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * A refusal as bytes, where no handler of Spring's is there to write one: the gateway's problem
 * document of RFC 9457, with our code beside it.
 *
 * @param status of HTTP
 * @param headers the type, and when to come again
 * @param text the document
 */
record HttpProblem(int status, HttpHeaders headers, String text) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The document of a refusal.
     *
     * @param retryAfter when it makes sense to come again; zero where nobody knows
     */
    static HttpProblem of(Outcome outcome, Duration retryAfter) {
        OutcomeCode code = outcome.code();
        int status = TransactionProblems.status(code);
        String words = code.name().toLowerCase(Locale.ROOT);
        ObjectNode document =
                JSON.createObjectNode()
                        .put("type", "urn:feiqian:outcome:" + words.replace('_', '-'))
                        .put(
                                "title",
                                Character.toUpperCase(words.charAt(0))
                                        + words.substring(1).replace('_', ' '))
                        .put("status", status)
                        .put("detail", outcome.message())
                        .put("code", code.number())
                        .put("name", code.name())
                        .put("recorded", false);
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (status == 503) {
            long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
            headers.set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        }
        return new HttpProblem(status, headers, document.toString());
    }

    /** The document as it is sent. */
    byte[] body() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What a body says that should be such a document; empty where it is something else. */
    static Optional<Outcome> read(byte[] body) {
        try {
            JsonNode document = JSON.readTree(body);
            JsonNode code = document == null ? null : document.path("code");
            if (code == null || !code.isInt()) {
                return Optional.empty();
            }
            Outcome outcome =
                    Outcome.of(
                            OutcomeCode.ofNumber(code.intValue()),
                            document.path("detail").asText(""));
            return outcome.isAccepted() ? Optional.empty() : Optional.of(outcome);
        } catch (IOException other) {
            return Optional.empty();
        }
    }

    /** How a call ended that was answered so and said nothing more exact. */
    static OutcomeCode codeOf(int status) {
        if (status < 400) {
            return OutcomeCode.ACCEPTED;
        }
        return switch (status) {
            case 401 -> OutcomeCode.UNAUTHENTICATED;
            case 404 -> OutcomeCode.UNKNOWN_PATH;
            case 429 -> OutcomeCode.RATE_LIMITED;
            case 502, 503 -> OutcomeCode.SERVICE_UNAVAILABLE;
            case 504 -> OutcomeCode.UNKNOWN;
            default -> status < 500 ? OutcomeCode.MALFORMED_REQUEST : OutcomeCode.INTERNAL_ERROR;
        };
    }
}
