package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every answer says to browsers, and what no answer says; whatever was asked. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AnswerProtectionTest {
    private static final List<String> PATHS =
            List.of(
                    "/",
                    "/overview/live",
                    "/transactions",
                    "/journey",
                    "/ledger",
                    "/cells",
                    "/cells/live",
                    "/services",
                    "/services/live",
                    "/policies",
                    "/traces",
                    "/logs",
                    "/topology",
                    "/alarms",
                    "/alarms/rules",
                    "/users",
                    "/password",
                    "/sign-in",
                    "/theme/dark",
                    "/theme/DARK",
                    "/nowhere",
                    "/journey?trace=1",
                    "/ledger?minutes=x",
                    "/assets/console.css",
                    "/assets/console.js",
                    "/assets/htmx.js",
                    "/assets/icon.svg",
                    "/assets/nothing",
                    "/api/v1/openapi.json",
                    "/api/v1/users",
                    "/api/nowhere");

    private static final String BIG = "x".repeat(100_000);

    /** None of these comes as far as an address of the console. */
    private static final List<String> BROKEN =
            List.of(
                    "GET / HTTP/9.9\r\n\r\n",
                    "nonsense\r\n\r\n",
                    "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /<script> HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /" + BIG + " HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\nX: " + BIG + "\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: <script>alert(1)</script>\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: x\r\n<script>: y\r\n\r\n",
                    "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
                    "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
                    "POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                            + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
                            + "186A0\r\n"
                            + BIG
                            + "\r\n0\r\n\r\n");

    private RunningConsole console;
    private Visitor admin;
    private Visitor stranger;

    @BeforeAll
    void start(@TempDir Path folder) {
        console = RunningConsole.over(folder);
        admin = console.admin();
        stranger = console.visitor();
    }

    @AfterAll
    void stop() {
        admin.close();
        stranger.close();
        console.close();
    }

    @Test
    void everyAnswerKeepsScriptsAndOtherSitesOut() {
        for (Visitor visitor : List.of(admin, stranger)) {
            for (String path : PATHS) {
                HttpResponse<String> answer = visitor.get(path);
                assertProtected(path, heads(answer));
                String cache = answer.headers().firstValue("cache-control").orElse("");
                boolean file = answer.statusCode() == 200 && path.startsWith("/assets/");
                assertThat(cache).as(path).isEqualTo(file ? "private, max-age=300" : "no-store");
                if (!answer.body().isEmpty()) {
                    assertThat(answer.headers().firstValue("content-type").orElse(""))
                            .as(path)
                            .matches(
                                    "text/(html|css|javascript|plain); charset=utf-8"
                                            + "|application/json|image/svg\\+xml");
                }
                assertThat(answer.body()).as(path).doesNotContain(" style=", " onclick=");
            }
        }
    }

    @Test
    void requestsThatAreNoneAreRefusedWithTheSameProtectionAndNotRepeated() {
        for (String request : BROKEN) {
            String answer = Wire.exchange(console.port(), request);
            String what = request.substring(0, Math.min(60, request.length()));
            assertThat(Wire.status(answer)).as(what).isBetween(400, 499);
            assertProtected(what, answer);
            assertThat(answer)
                    .as(what)
                    .containsIgnoringCase("cache-control: no-store")
                    .containsIgnoringCase("content-type: text/")
                    .doesNotContain("<script", "alert(1)", "xxxx", "Exception", "\tat ");
        }
        assertThat(admin.isIn()).as("it goes on").isTrue();
    }

    @Test
    void addressesHeadersFormsAndFieldsAreBounded() {
        assertThat(Wire.status(Wire.ask(console.port(), "GET /" + "a".repeat(10_000))))
                .isBetween(400, 499);
        assertThat(Wire.status(Wire.ask(console.port(), "GET /", "X: " + "a".repeat(20_000))))
                .isBetween(400, 499);
        // Without the body: who sends on after the refusal may lose it with the connection.
        assertThat(
                        Wire.status(
                                Wire.exchange(
                                        console.port(),
                                        "POST /password HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")))
                .isEqualTo(413);
        String token = admin.token();
        for (String field : new String[] {"x".repeat(2_001), "a\0b"}) {
            HttpResponse<String> refused =
                    admin.post("/users", "token", token, "name", field, "reason", "x");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("INVALID_TEXT").doesNotContain("xxxxxxxxxx");
        }
        assertThat(admin.get("/traces?text=" + "x".repeat(2_000) + "x").statusCode())
                .isBetween(400, 499);
    }

    @Test
    void methodsThatNoPageUsesAreRefused() {
        for (String method :
                List.of("TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "HEAD", "PROPFIND")) {
            for (String path : List.of("/", "/sign-in", "/users", "/assets/console.css")) {
                String answer = Wire.ask(console.port(), method + " " + path, "X-Secret: echo me");
                assertThat(Wire.status(answer)).as("%s %s", method, path).isEqualTo(405);
                assertProtected(method, answer);
                assertThat(answer)
                        .containsIgnoringCase("allow: GET, POST")
                        .doesNotContain("echo me");
            }
            assertThat(Wire.status(Wire.ask(console.port(), method + " /api/v1/users")))
                    .isEqualTo(405);
        }
        assertThat(Wire.ask(console.port(), "OPTIONS /", "Origin: http://elsewhere.example"))
                .doesNotContainIgnoringCase("access-control-");
    }

    @Test
    void noAnswerSaysWhatTheConsoleIsMadeOf() {
        for (String path : PATHS) {
            HttpResponse<String> answer = admin.get(path);
            assertThat(answer.headers().map().keySet())
                    .as(path)
                    .doesNotContain("server", "x-powered-by", "via");
            if (!path.startsWith("/assets/")) {
                assertThat(answer.body().toLowerCase(Locale.ROOT))
                        .as(path)
                        .doesNotContain("helidon", "java", "0.1.0-snapshot", "jte");
            }
        }
        for (String request : BROKEN) {
            assertThat(Wire.exchange(console.port(), request))
                    .doesNotContainIgnoringCase("helidon")
                    .doesNotContainIgnoringCase("server:");
        }
    }

    @Test
    void noPathLeavesTheFilesOfThePages() {
        for (String path :
                List.of(
                        "/assets/",
                        "/assets",
                        "/assets/../console.css",
                        "/assets/../../secrets/console-users",
                        "/assets/..%2f..%2fsecrets%2fconsole-users",
                        "/assets/%2e%2e/%2e%2e/secrets/console-users",
                        "/assets/%252e%252e%252fconsole-users",
                        "/assets/..;/console-users",
                        "/assets/console.css/../../secrets/console-users",
                        "/assets/console.css%00.js",
                        "/assets//etc/passwd",
                        "/assets/Console.class",
                        "/assets/texts-en.properties",
                        "/.git/config",
                        "/META-INF/MANIFEST.MF")) {
            String answer = Wire.ask(console.port(), "GET " + path);
            assertThat(Wire.status(answer)).as(path).isIn(400, 404);
            assertThat(answer).as(path).doesNotContain("ADMINISTRATOR", "root:", "Manifest");
        }
    }

    @Test
    void redirectsStayHereWhateverHostOrAddressIsShown() {
        for (String line :
                List.of(
                        "GET /users",
                        "GET //elsewhere.example/",
                        "GET /theme/dark?next=http://elsewhere.example",
                        "GET /language/zh",
                        "GET /language/%2f%2felsewhere.example",
                        "GET http://elsewhere.example/users")) {
            String answer =
                    Wire.exchange(
                            console.port(),
                            line
                                    + " HTTP/1.1\r\nHost: elsewhere.example\r\n"
                                    + "X-Forwarded-Host: elsewhere.example\r\n"
                                    + "Referer: http://elsewhere.example/\r\n"
                                    + "Connection: close\r\n\r\n");
            assertThat(answer).as(line).doesNotContain("elsewhere.example");
            answer.lines()
                    .filter(each -> each.toLowerCase(Locale.ROOT).startsWith("location:"))
                    .forEach(each -> assertThat(each.substring(9).strip()).matches("/[a-z-]*"));
        }
        HttpResponse<String> in =
                admin.send(
                        "POST",
                        "/sign-in?next=//elsewhere.example",
                        Visitor.form(
                                "name", "admin",
                                "password", RunningConsole.OWN,
                                "next", "//elsewhere.example"));
        assertThat(in.headers().firstValue("location")).contains("/");
    }

    @Test
    void whatIsShownBackIsText() {
        String hostile = "\"'><script>alert(1)</script>\u202Egnp.exe\u0007";
        for (String path :
                List.of(
                        "/journey?trace=",
                        "/journey?account=",
                        "/ledger?account=",
                        "/cells?slot=",
                        "/traces?text=",
                        "/logs?node=",
                        "/alarms?minutes=")) {
            String asked = Visitor.form("q", hostile).substring(2).replace("&", "");
            assertHarmless(path, admin.get(path + asked));
        }
        for (String field : List.of("name", "role", "reason")) {
            assertHarmless(field, admin.change("/users", "name", "x", field, hostile));
        }
        assertHarmless("user", admin.change("/users/" + "%3Cscript%3Ealert(1)/lock"));
        assertHarmless("cell", admin.change("/cells/drain", "name", hostile));
        assertHarmless("sign-in", stranger.signIn(hostile, hostile));
    }

    @Test
    void cookiesThatAreNoneAreNobodys() {
        for (String cookie :
                List.of(
                        "feiqian-console",
                        "feiqian-console=",
                        "=;;=;",
                        "feiqian-console=\"<script>\"; feiqian-theme=<script>",
                        "feiqian-console=" + "0".repeat(64),
                        "feiqian-language=../../etc/passwd; feiqian-theme=x\" onload=\"y")) {
            String answer = Wire.ask(console.port(), "GET /", "Cookie: " + cookie);
            assertThat(Wire.status(answer)).as(cookie).isIn(303, 400);
            String page = Wire.ask(console.port(), "GET /sign-in", "Cookie: " + cookie);
            assertThat(page).as(cookie).doesNotContain("<script>", "onload", "passwd");
        }
    }

    @Test
    void faultsAreNotShown(@TempDir Path folder) throws Exception {
        try (RunningConsole broken = RunningConsole.over(folder);
                Visitor visitor = broken.admin()) {
            Files.writeString(broken.users(), "[{");
            for (String path : List.of("/", "/users", "/nowhere", "/overview/live")) {
                HttpResponse<String> answer = visitor.get(path);
                assertThat(answer.statusCode()).as(path).isEqualTo(500);
                assertProtected(path, heads(answer));
                assertThat(answer.body())
                        .as(path)
                        .doesNotContain("Exception", "io.feiqian", "console-users", "\tat ");
            }
        }
    }

    @Test
    void whatIsNotEncryptedDoesNotLeaveThisMachine(@TempDir Path folder) {
        for (String host : List.of("0.0.0.0", "::")) {
            ConsoleConfig config =
                    ConsoleConfig.of(
                            host, 0, List.of(), "", folder.resolve("s"), folder.resolve("a"));
            assertThatThrownBy(() ->
                            Console.start(
                                    config, Optional.empty(), Optional.empty(), console.clock()))
                    .hasMessageContaining(host + " without TLS (expected: 127.0.0.1");
        }
    }

    private static void assertHarmless(String what, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(what).isLessThan(500);
        assertThat(answer.body())
                .as(what)
                .doesNotContain("<script>alert", "\"'>", "\u202E", "\u0007");
    }

    private static String heads(HttpResponse<String> answer) {
        StringBuilder all = new StringBuilder();
        answer.headers()
                .map()
                .forEach((name, values) ->
                        all.append(name).append(": ").append(values.getFirst()).append("\r\n"));
        return all.toString();
    }

    private static void assertProtected(String what, String heads) {
        assertThat(heads.toLowerCase(Locale.ROOT))
                .as(what)
                .contains(
                        "content-security-policy: default-src 'none'; script-src 'self';"
                                + " style-src 'self'; img-src 'self'; connect-src 'self';"
                                + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                        "x-content-type-options: nosniff",
                        "x-frame-options: deny",
                        "referrer-policy: same-origin",
                        "cross-origin-opener-policy: same-origin",
                        "cross-origin-resource-policy: same-origin");
    }
}
