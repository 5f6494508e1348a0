package io.feiqian.console;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Somebody who asks the console as a browser would, and keeps its cookies. */
final class Visitor implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([0-9a-f]+)\"");

    private final String console;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient http;

    Visitor(String console) {
        this.console = console;
        this.http = HttpClient.newBuilder().cookieHandler(cookies).build();
    }

    Visitor(String console, SSLContext trusting) {
        this.console = console;
        this.http = HttpClient.newBuilder().cookieHandler(cookies).sslContext(trusting).build();
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    /** A form of these fields, each name followed by its value. */
    HttpResponse<String> post(String path, String... fields) {
        return send("POST", path, form(fields));
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        if (!all.contains("Content-Type")) {
            all.addAll(List.of("Content-Type", "application/x-www-form-urlencoded"));
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(console + path))
                        .headers(all.toArray(String[]::new))
                        .method(method, BodyPublishers.ofString(body));
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    /** The fields as a form is sent. */
    static String form(String... fields) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            body.append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8))
                    .append('&');
        }
        return body.toString();
    }

    /** A form of this session with a reason. */
    HttpResponse<String> change(String path, String... fields) {
        List<String> all = new ArrayList<>(List.of("token", token(), "reason", "a test"));
        all.addAll(List.of(fields));
        return post(path, all.toArray(String[]::new));
    }

    HttpResponse<String> signIn(String name, String password) {
        return post("/sign-in", "name", name, "password", password);
    }

    /** Signs in for the first time, and chooses this password. */
    void signInFirst(String name, String password, String chosen) {
        signIn(name, password);
        choose(password, chosen);
    }

    /** Chooses another password. */
    HttpResponse<String> choose(String old, String chosen) {
        return post("/password", "token", token(), "old", old, "new", chosen, "again", chosen);
    }

    /** What the forms of this session carry. */
    String token() {
        Matcher token = TOKEN.matcher(get("/password").body());
        if (!token.find()) {
            throw new AssertionError("no form: not signed in");
        }
        return token.group(1);
    }

    /** Whether a page is shown. */
    boolean isIn() {
        return get("/transactions").statusCode() == 200;
    }

    /** What the browser shows as its session; empty where it has none. */
    String session() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(each -> each.getName().endsWith(Frame.SESSION))
                .map(each -> each.getName() + "=" + each.getValue())
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        http.close();
    }
}
