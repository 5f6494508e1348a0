package io.feiqian.server;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody who asks the console, as a browser would but without drawing anything. */
final class ConsoleVisitor implements AutoCloseable {
    private static final int MOST_TRIES = 100_000;
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([0-9a-f]+)\"");

    private final String console;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient http = HttpClient.newBuilder().cookieHandler(cookies).build();

    ConsoleVisitor(String console) {
        this.console = console;
    }

    /** Asks again where it has asked too often, as people do. */
    HttpResponse<String> get(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(console + path)).GET();
        HttpResponse<String> answer = send(request);
        for (int i = 0; i < MOST_TRIES && answer.statusCode() == 429; i++) {
            answer = send(request);
        }
        return answer;
    }

    HttpResponse<String> post(String path, Map<String, String> form, String... headers) {
        return post(path, encoded(form), headers);
    }

    /** The same with several values of one field, as boxes that are ticked send them. */
    HttpResponse<String> postAll(
            String path, Map<String, String> form, String field, List<String> values) {
        return post(
                path,
                values.stream()
                        .map(each -> "&" + encoded(Map.of(field, each)))
                        .collect(Collectors.joining("", encoded(form), "")));
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(it ->
                        it.getKey()
                                + "="
                                + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(console + path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    HttpResponse<String> signIn(String name, String password) {
        return post("/sign-in", Map.of("name", name, "password", password));
    }

    /** Signs in for the first time, and chooses this password. */
    void signInFirst(String name, String password, String chosen) {
        signIn(name, password);
        post(
                "/password",
                Map.of("token", token(), "old", password, "new", chosen, "again", chosen));
    }

    /** What the forms of this session carry. */
    String token() {
        Matcher token = TOKEN.matcher(get("/password").body());
        if (!token.find()) {
            throw new AssertionError("no form: not signed in");
        }
        return token.group(1);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
