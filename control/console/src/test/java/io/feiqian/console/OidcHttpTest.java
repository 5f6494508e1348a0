package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.console.OidcException.Why;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a provider cannot do to the console that asks it. */
@Timeout(60)
final class OidcHttpTest {
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger elsewhere = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private void assertFails(OidcHttp http, String path, Why why) {
        assertThatThrownBy(() -> http.get(address(path)))
                .isInstanceOfSatisfying(
                        OidcException.class, it -> assertThat(it.why()).isEqualTo(why));
    }

    @Test
    void theLogSaysWhoDidNotAnswerAndWhy() {
        URI gone = address("/gone");
        server.stop(0);
        try (OidcHttp http = new OidcHttp()) {
            assertThatThrownBy(() -> http.get(gone))
                    .hasMessageStartingWith(gone + ": no answer: ConnectException");
            URI nowhere = URI.create("https://provider.invalid/keys");
            assertThatThrownBy(() -> http.get(nowhere))
                    .hasMessageStartingWith(nowhere + ": no answer: ConnectException")
                    .hasMessageContaining("UnresolvedAddressException");
        }
    }

    @Test
    void oneThatNeverEndsItsAnswerIsGivenUp() {
        server.createContext(
                "/slow",
                it -> {
                    it.sendResponseHeaders(200, 100);
                    it.getResponseBody().write('{');
                    it.getResponseBody().flush();
                    try {
                        over.await();
                    } catch (InterruptedException stop) {
                        Thread.currentThread().interrupt();
                    }
                    it.close();
                });
        try (OidcHttp http = new OidcHttp(Duration.ofMillis(300))) {
            assertFails(http, "/slow", Why.DOWN);
            assertThatThrownBy(() -> http.get(address("/slow")))
                    .hasMessage(address("/slow") + ": no answer: not whole within 300 ms");
        }
    }

    @Test
    void oneThatAnswersTooMuchIsGivenUp() {
        server.createContext(
                "/large",
                it -> {
                    byte[] bytes =
                            ("{\"a\":\"" + "x".repeat(256 * 1024) + "\"}")
                                    .getBytes(StandardCharsets.UTF_8);
                    it.sendResponseHeaders(200, bytes.length);
                    it.getResponseBody().write(bytes);
                    it.close();
                });
        try (OidcHttp http = new OidcHttp()) {
            assertFails(http, "/large", Why.DOWN);
        }
    }

    @Test
    void nobodyElseIsAskedThanWasNamed() {
        server.createContext(
                "/moved",
                it -> {
                    it.getResponseHeaders().set("Location", "/elsewhere");
                    byte[] bytes = "{}".getBytes(StandardCharsets.UTF_8);
                    it.sendResponseHeaders(302, bytes.length);
                    it.getResponseBody().write(bytes);
                    it.close();
                });
        server.createContext(
                "/elsewhere",
                it -> {
                    elsewhere.incrementAndGet();
                    it.close();
                });
        try (OidcHttp http = new OidcHttp()) {
            assertFails(http, "/moved", Why.WRONG);
        }
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void whatIsNoJsonObjectIsRefused() {
        server.createContext(
                "/list",
                it -> {
                    it.sendResponseHeaders(200, 2);
                    it.getResponseBody().write(new byte[] {'[', ']'});
                    it.close();
                });
        try (OidcHttp http = new OidcHttp()) {
            assertFails(http, "/list", Why.WRONG);
        }
    }
}
