package io.feiqian.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.proxy.spi.KeyDirectory;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A directory that is a service somewhere, asked by HTTP: {@code POST} of {@code
 * {"as":"PHONE","key":"…"}}, answered 200 with {@code {"customer":"…"}}, or 404 where the key is
 * nobody's. The key stands in the body, since addresses are written into logs. Thread-safe; never
 * blocks.
 */
public final class HttpDirectory implements KeyDirectory, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI address;
    private final Duration patience;
    private final HttpClient client;

    /**
     * Asks at this address.
     *
     * @param patience how long an answer may take
     */
    public HttpDirectory(URI address, Duration patience) {
        this.address = address;
        this.patience = patience;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(patience)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    @Override
    public CompletableFuture<Optional<String>> customerOf(KeySource.As as, String key) {
        String question = JSON.createObjectNode().put("as", as.name()).put("key", key).toString();
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .timeout(patience)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(question))
                        .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .thenApply(HttpDirectory::read);
    }

    /** Closes its connections; questions under way fail. */
    @Override
    public void close() {
        client.shutdownNow();
    }

    private static Optional<String> read(HttpResponse<String> answer) {
        if (answer.statusCode() == 404) {
            return Optional.empty();
        }
        if (answer.statusCode() != 200) {
            throw unavailable("status " + answer.statusCode());
        }
        try {
            JsonNode customer = JSON.readTree(answer.body()).path("customer");
            if (!customer.isTextual()) {
                throw unavailable("an answer without customer");
            }
            return Optional.of(customer.textValue());
        } catch (JsonProcessingException wrong) {
            throw unavailable("an answer that is no JSON");
        }
    }

    private static RefusedException unavailable(String what) {
        return new RefusedException(
                OutcomeCode.SERVICE_UNAVAILABLE,
                "directory: " + what + " (expected: 200 with a customer, or 404)");
    }
}
