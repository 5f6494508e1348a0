package io.feiqian.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The bank as its clients see it: HTTP and JSON through the gateway. Answers are values; only a
 * thread's interruption is thrown. Thread-safe; calls block, so callers bring threads of their own.
 */
public final class BankClient implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Who asks for what only operators may do.
     *
     * @param token the admin token
     * @param operator who asks
     * @param reason why
     */
    public record Operator(String token, String operator, String reason) {}

    private final String gateway;
    private final Duration timeout;
    private final Optional<Operator> operator;
    private final HttpClient http;

    /** A client of this gateway that waits so long for each answer. */
    public BankClient(String gateway, Duration timeout) {
        this(gateway, timeout, Optional.empty());
    }

    /** A client that speaks for an operator. */
    public BankClient(String gateway, Duration timeout, Operator operator) {
        this(gateway, timeout, Optional.of(operator));
    }

    private BankClient(String gateway, Duration timeout, Optional<Operator> operator) {
        this.gateway = gateway;
        this.timeout = timeout;
        this.operator = operator;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(2))
                        .build();
    }

    /** An empty request body to fill. */
    public static ObjectNode body() {
        return MAPPER.createObjectNode();
    }

    /** Asks for what is at this path. */
    public BankReply get(String path) {
        return send(request(path).GET().build());
    }

    /** Sends a request; a change carries its trace number in the body. */
    public BankReply post(String path, JsonNode body) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(gateway + path)).timeout(timeout);
        operator.ifPresent(who ->
                builder.header("Authorization", "Bearer " + who.token())
                        .header("Feiqian-Operator", headerText(who.operator()))
                        .header("Feiqian-Reason", headerText(who.reason())));
        return builder;
    }

    /** Headers carry ASCII only; anything more is percent-encoded, as the gateway reads it. */
    private static String headerText(String text) {
        boolean plain = text.chars().allMatch(c -> c >= ' ' && c < 127 && c != '%');
        return plain ? text : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private BankReply send(HttpRequest request) {
        try {
            HttpResponse<String> response =
                    http.send(request, HttpResponse.BodyHandlers.ofString());
            return read(response.statusCode(), response.body());
        } catch (ConnectException | HttpConnectTimeoutException notReached) {
            return failed(
                    Outcome.refused(
                            OutcomeCode.CELL_UNAVAILABLE,
                            "the gateway at " + gateway + " does not answer"));
        } catch (IOException lost) {
            return failed(new Outcome.Unknown("the answer was lost: " + lost));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return failed(new Outcome.Unknown("interrupted while waiting for the answer"));
        }
    }

    private static BankReply read(int status, String text) {
        JsonNode body;
        try {
            body = MAPPER.readTree(text);
        } catch (JsonProcessingException foreign) {
            return failed(new Outcome.Unknown("HTTP " + status + " with a body that is no JSON"));
        }
        boolean good = status >= 200 && status < 300;
        JsonNode outcome = good ? body.path("outcome") : body;
        OutcomeCode code =
                OutcomeCode.ofNumber(
                        outcome.path("code")
                                .asInt(
                                        good
                                                ? OutcomeCode.ACCEPTED.number()
                                                : OutcomeCode.INTERNAL_ERROR.number()));
        String message = outcome.path(good ? "message" : "detail").asText("");
        return new BankReply(
                Outcome.of(code, message), outcome.path("recorded").asBoolean(false), body);
    }

    private static BankReply failed(Outcome outcome) {
        return new BankReply(outcome, false, MissingNode.getInstance());
    }
}
