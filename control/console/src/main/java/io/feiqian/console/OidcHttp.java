package io.feiqian.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a provider: for a bounded time, for at most 256 KiB, and nobody else than was asked, since
 * it follows no redirect. Thread-safe.
 */
final class OidcHttp implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 256 * 1024;

    private final HttpClient http;
    private final Duration whole;

    OidcHttp() {
        this(WHOLE);
    }

    /** One that is as patient as this. */
    OidcHttp(Duration whole) {
        this.whole = whole;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /** An answer that is a JSON object. */
    record Answer(int status, JsonNode body) {}

    /** The JSON object at this address. */
    JsonNode get(URI address) {
        Answer answer = send(address, HttpRequest.newBuilder(address).GET());
        if (answer.status() != 200) {
            throw OidcException.wrong(
                    "%s: status %d (expected: 200)".formatted(address, answer.status()));
        }
        return answer.body();
    }

    /** What is answered to a form. */
    Answer post(URI address, String form, String authorization) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return send(address, request);
    }

    private Answer send(URI address, HttpRequest.Builder request) {
        CompletableFuture<HttpResponse<byte[]>> sent =
                http.sendAsync(
                        request.header("Accept", "application/json").build(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            // The request's own timeout would end with the headers; this one is for all of it.
            HttpResponse<byte[]> got = sent.get(whole.toMillis(), TimeUnit.MILLISECONDS);
            if (got.statusCode() >= 500) {
                throw new OidcException(
                        OidcException.Why.DOWN,
                        "%s: status %d (expected: 200)".formatted(address, got.statusCode()));
            }
            return new Answer(got.statusCode(), json(address, got.body()));
        } catch (TimeoutException late) {
            throw OidcException.down(
                    "%s: no answer: not whole within %d ms".formatted(address, whole.toMillis()),
                    late);
        } catch (ExecutionException failed) {
            throw OidcException.down(address + ": no answer: " + why(failed), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw OidcException.down(address + ": interrupted", stop);
        } finally {
            var _ = sent.cancel(true);
        }
    }

    /** What came in between; what lies deepest too, since some of it says nothing by itself. */
    private static String why(ExecutionException failed) {
        Throwable outer = failed.getCause() == null ? failed : failed.getCause();
        Optional<Throwable> deepest = Optional.empty();
        for (Throwable each = outer.getCause(); each != null; each = each.getCause()) {
            deepest = Optional.of(each);
        }
        return deepest.map(it -> said(outer) + ", " + said(it)).orElseGet(() -> said(outer));
    }

    private static String said(Throwable each) {
        String name = each.getClass().getSimpleName();
        return each.getMessage() == null ? name : name + ": " + each.getMessage();
    }

    private static JsonNode json(URI address, byte[] bytes) {
        try {
            JsonNode read = Json.MAPPER.readTree(bytes);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (IOException unreadable) {
            // Said below, without what was answered: it may be a secret.
        }
        throw OidcException.wrong(address + ": no JSON object (expected: one)");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
