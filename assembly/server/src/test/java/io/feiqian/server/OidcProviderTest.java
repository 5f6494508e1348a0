package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.HomeFolder;
import io.feiqian.console.Console;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.BusinessDate;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signing in at the console by a provider that others wrote, as {@code dev} configures it. No cell
 * is needed for that.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OidcProviderTest {
    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

    private HomeFolder home;
    private String address = "";
    private SpringProvider provider;
    private Console console;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        home = HomeFolder.prepare(folder);
        Ports ports = Ports.free(1, 1);
        SystemPlan plan = new SystemPlan(1, 1, ports, SpanTarget.of("", 0));
        address = plan.consoleUrl();
        provider = SpringProvider.start(address);
        Files.createDirectories(home.console());
        Files.writeString(home.console().resolve("oidc.json"), provider.document(address));
        var _ = home.secrets().create(SpringProvider.secretName(), SpringProvider.SECRET);
        var _ = SystemLayout.prepare(home, plan, BusinessDate.parse("2026-01-05"), "");
        console = ConsoleRole.start(told(), Clock.system());
    }

    private ConsoleRoleConfig told() {
        return ConfigFiles.read(home.console().resolve("console.json"), ConsoleRoleConfig.TYPE);
    }

    @AfterAll
    void stop() {
        if (console != null) {
            console.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    @Test
    void whoSignsInAtTheProviderIsIn() {
        try (Person olga = new Person(address)) {
            HttpResponse<String> back = olga.signIn("olga");
            assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
            assertThat(olga.get(address + "/").body()).contains("oidc:olga · operator");
            assertThat(olga.get(back.uri().toString()).statusCode())
                    .as("the same once more")
                    .isEqualTo(403);
        }
        try (Person nina = new Person(address)) {
            HttpResponse<String> back = nina.signIn("nina");
            assertThat(back.statusCode()).isEqualTo(403);
            assertThat(back.body()).contains("in no group that has a role here");
        }
    }

    @Test
    void aBrowserComesInAlthoughTheSessionsCookieIsNotSentAcrossSites() {
        assumeTrue(Browser.isThere(), "no Chromium on this machine: the pages are not tried");
        try (Browser browser = new Browser(address)) {
            browser.open("/sign-in");
            browser.keepPicture("sign-in-by-openid-connect");
            assertThat(browser.fits()).isTrue();
            browser.follow("Sign in with Spring");
            browser.fill("username", "otto");
            browser.fill("password", SpringProvider.PASSWORD);
            browser.press("Sign in");
            browser.waitFor("oidc:otto");
            browser.waitFor("Sign out");
            browser.open("/password");
            browser.waitFor("there is no password here");
            browser.press("Sign out");
            browser.waitFor("Sign in with Spring");
            browser.open("/");
            browser.waitFor("Sign in with Spring");
        }
    }

    @Test
    void whatCannotBeSafeIsRefusedByName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("oidc.json");
        String right = provider.document(address);
        for (String wrong :
                new String[] {
                    "{}",
                    right.replace("http://localhost", "http://elsewhere.example"),
                    right.replace("OPERATOR", "KING"),
                    right.replace("clientId", "client_id")
                }) {
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> OidcDocument.read(file))
                    .as(wrong)
                    .isInstanceOf(CommandFailure.class);
        }
        Files.writeString(file, right);
        assertThat(OidcDocument.read(file).userClaim()).isEqualTo("preferred_username");
    }

    /** Somebody whose browser draws nothing and follows where it is sent. */
    private static final class Person implements AutoCloseable {
        private final String console;
        private final HttpClient http =
                HttpClient.newBuilder()
                        .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .build();

        Person(String console) {
            this.console = console;
        }

        HttpResponse<String> signIn(String name) {
            HttpResponse<String> form = get(console + "/sign-in/oidc");
            Matcher csrf = CSRF.matcher(form.body());
            assertThat(csrf.find()).as(form.body()).isTrue();
            String body =
                    "username=%s&password=%s&_csrf=%s"
                            .formatted(
                                    name,
                                    URLEncoder.encode(
                                            SpringProvider.PASSWORD, StandardCharsets.UTF_8),
                                    URLEncoder.encode(csrf.group(1), StandardCharsets.UTF_8));
            return send(
                    HttpRequest.newBuilder(form.uri().resolve("/login"))
                            .header("Accept", "text/html")
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString(body)));
        }

        HttpResponse<String> get(String address) {
            return send(
                    HttpRequest.newBuilder(URI.create(address))
                            .header("Accept", "text/html")
                            .GET());
        }

        private HttpResponse<String> send(HttpRequest.Builder request) {
            try {
                return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
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
}
