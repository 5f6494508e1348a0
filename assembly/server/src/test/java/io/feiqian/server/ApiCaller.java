package io.feiqian.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** A program that asks the console's API with a token, or without where that is empty. */
final class ApiCaller implements AutoCloseable {
    private final String console;
    private final String api;
    private final String token;
    private final HttpClient http = HttpClient.newHttpClient();

    ApiCaller(String console, String token) {
        this.console = console;
        this.api = console + "/api/v1";
        this.token = token;
    }

    /**
     * What was answered.
     *
     * @param body the document that came
     */
    record Reply(int status, JsonNode body, HttpResponse<String> whole) {
        String name() {
            return body.path("name").asText();
        }
    }

    Reply get(String path) {
        return send("GET", path, "", "application/json");
    }

    Reply post(String path, Map<String, ?> fields) {
        return post(path, Json.write(fields));
    }

    Reply post(String path, String body) {
        return send("POST", path, body, "application/json");
    }

    Reply send(String method, String path, String body, String type, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(api + path))
                        .header("Content-Type", type)
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> reply = exchange(request.build());
        return new Reply(reply.statusCode(), parse(reply.body()), reply);
    }

    /** The same question many times at once. */
    List<HttpResponse<String>> getAtOnce(String path, int times) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(api + path))
                        .header("Authorization", "Bearer " + token)
                        .build();
        return IntStream.range(0, times)
                .mapToObj(_ -> http.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    /** A page, with the token where a browser would show its cookie. */
    HttpResponse<String> page(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(console + path))
                        .header("Authorization", "Bearer " + token);
        return exchange(request.build());
    }

    private HttpResponse<String> exchange(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    private static JsonNode parse(String body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException other) {
            return Json.MAPPER.createObjectNode();
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
