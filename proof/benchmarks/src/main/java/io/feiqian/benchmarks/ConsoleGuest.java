package io.feiqian.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody who is signed in at a console, as a browser that draws nothing. */
final class ConsoleGuest implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([0-9a-f]+)\"");
    private static final int OK = 200;

    private final String console;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                    .build();

    ConsoleGuest(int port) {
        this.console = "http://127.0.0.1:" + port;
    }

    /** Signs in for the first time, and chooses this password. */
    void signInFirst(String name, String first, String chosen) {
        post("/sign-in", Map.of("name", name, "password", first));
        Matcher token = TOKEN.matcher(get("/password"));
        if (!token.find()) {
            throw new IllegalStateException("console: no form (expected: signed in)");
        }
        post(
                "/password",
                Map.of("token", token.group(1), "old", first, "new", chosen, "again", chosen));
    }

    /** The page at this path; refuses anything but a page. */
    String get(String path) {
        HttpResponse<String> reply = send(HttpRequest.newBuilder(URI.create(console + path)).GET());
        if (reply.statusCode() != OK) {
            throw new IllegalStateException(
                    "%s: status %d (expected: %d)".formatted(path, reply.statusCode(), OK));
        }
        return reply.body();
    }

    private void post(String path, Map<String, String> form) {
        String body =
                form.entrySet().stream()
                        .map(it ->
                                it.getKey()
                                        + "="
                                        + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        var _ =
                send(
                        HttpRequest.newBuilder(URI.create(console + path))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException("console: does not answer", failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stop);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
