package io.feiqian.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.feiqian.balancing.Way;
import io.feiqian.proxy.BackendState.Health;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of backends that speak TLS: down is whoever requests could not be sent to, and why. */
@SuppressWarnings("AddressSelection") // On this machine only.
class HealthChecksTlsTest {
    private static final Duration EVERY = Duration.ofSeconds(10);

    @TempDir private Path folder = Path.of("");
    private final PoolFixture fixture = new PoolFixture();
    private final ManualTimer timer = new ManualTimer(fixture.clock);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<HttpServer> servers = new ArrayList<>();
    private final HealthChecks checks =
            new HealthChecks(
                    timer,
                    Randomness.seeded(1),
                    alarm -> {},
                    new SocketProbe(Clock.system(), new BackendAddresses(Clock.system())),
                    Runnable::run);

    @AfterEach
    void stop() {
        checks.close();
        servers.forEach(each -> each.stop(0));
        threads.shutdownNow();
    }

    @Requirement("P6.1.3-f")
    @Test
    void aBackendWithAGoodCertificateIsUpWhateverIsTried() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "backend");
        int port = serve(own.context(), false);

        for (HealthCheckConfig.Kind kind : HealthCheckConfig.Kind.values()) {
            assertThat(state(port, kind, trusting(own)))
                    .satisfies(up -> assertThat(up.health()).isEqualTo(Health.UP))
                    .satisfies(up -> assertThat(up.detail()).isEmpty());
        }
    }

    @Test
    void aCertificateThatHasExpiredTakesItsBackendOut() throws Exception {
        SelfSigned old = SelfSigned.expired(folder, "old");
        int port = serve(old.context(), false);

        for (HealthCheckConfig.Kind kind : HealthCheckConfig.Kind.values()) {
            assertDown(
                    state(port, kind, trusting(old)),
                    "TLS: the certificate does not hold now: NotAfter: 2020-01-3");
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityTakesItsBackendOut() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "backend");
        SelfSigned other = SelfSigned.here(folder, "other");
        int port = serve(own.context(), false);

        assertDown(
                state(port, HealthCheckConfig.Kind.HTTP, trusting(other)),
                "TLS: the certificate is of no authority that is trusted");
    }

    @Test
    void aCertificateForAnotherNameTakesItsBackendOutButWhereThatNameIsMeant() throws Exception {
        SelfSigned named = SelfSigned.of(folder, "shop.example.com");
        int port = serve(named.context(), false);
        BackendTls meant =
                new BackendTls(
                        Optional.of(named.certificate()),
                        Optional.of("shop.example.com"),
                        Optional.empty(),
                        Optional.empty());

        assertDown(
                state(port, HealthCheckConfig.Kind.HTTP, trusting(named)),
                "TLS: the certificate is for another name: ");
        assertThat(state(port, HealthCheckConfig.Kind.HTTP, meant).health()).isEqualTo(Health.UP);
    }

    @Test
    void aBackendThatWantsACertificateIsShownThePools() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "backend");
        SelfSigned gateway = SelfSigned.here(folder, "gateway");
        int port = serve(own.trusting(gateway), true);
        BackendTls showing =
                new BackendTls(
                        Optional.of(own.certificate()),
                        Optional.empty(),
                        Optional.of(gateway.certificate()),
                        Optional.of(gateway.key()));

        assertThat(state(port, HealthCheckConfig.Kind.HTTP, showing).health()).isEqualTo(Health.UP);
        assertDown(state(port, HealthCheckConfig.Kind.HTTP, trusting(own)), "TLS: ");
    }

    @Test
    void aBackendThatSpeaksNoTlsIsDown() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "backend");
        try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            threads.execute(() -> greet(plain));

            assertDown(
                    state(plain.getLocalPort(), HealthCheckConfig.Kind.HTTP, trusting(own)),
                    "TLS: ");
        }
    }

    @Test
    void changedFilesHoldForTheNextCheckAndBrokenOnesDoNot() throws Exception {
        SelfSigned own = SelfSigned.here(folder, "backend");
        SelfSigned other = SelfSigned.here(folder, "other");
        Path authorities = Files.copy(own.certificate(), folder.resolve("authorities.pem"));
        int port = serve(own.context(), false);
        BackendPool pool =
                follow(
                        port,
                        HealthCheckConfig.Kind.HTTP,
                        new BackendTls(
                                Optional.of(authorities),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        pass();
        assertThat(pool.states().getFirst().health()).isEqualTo(Health.UP);

        Files.writeString(authorities, "nothing");
        pass();
        assertThat(pool.states().getFirst().health()).as("broken").isEqualTo(Health.UP);
        Files.copy(other.certificate(), authorities, REPLACE_EXISTING);
        pass();
        assertThat(pool.states().getFirst().health()).as("another").isEqualTo(Health.DOWN);
        Files.copy(own.certificate(), authorities, REPLACE_EXISTING);
        pass();
        assertThat(pool.states().getFirst().health()).as("the first again").isEqualTo(Health.UP);
    }

    private static void greet(ServerSocket plain) {
        while (!plain.isClosed()) {
            try (Socket client = plain.accept()) {
                client.getOutputStream().write("220 mail.example.com\r\n".getBytes(US_ASCII));
                // Until it has read the greeting, and left.
                var _ = client.getInputStream().readAllBytes();
            } catch (IOException over) {
                // The client has gone, or the test is over.
            }
        }
    }

    private static void assertDown(BackendState state, String why) {
        assertThat(state.health()).isEqualTo(Health.DOWN);
        assertThat(state.detail()).startsWith(why);
    }

    private BackendState state(int port, HealthCheckConfig.Kind kind, BackendTls tls) {
        BackendPool pool = follow(port, kind, tls);
        pass();
        return pool.states().getFirst();
    }

    private BackendPool follow(int port, HealthCheckConfig.Kind kind, BackendTls tls) {
        BackendPool pool =
                fixture.pool(
                        PoolFixture.with(
                                PoolFixture.with(
                                        PoolFixture.config(
                                                Way.RANDOM,
                                                new BackendConfig(
                                                        "127.0.0.1:" + port,
                                                        Optional.of("a"),
                                                        100,
                                                        "",
                                                        "",
                                                        "",
                                                        Map.of())),
                                        tls),
                                new HealthCheckConfig(
                                        kind,
                                        "/",
                                        "",
                                        "200",
                                        "fine",
                                        EVERY,
                                        Duration.ofSeconds(5),
                                        1,
                                        1)));
        checks.follow(pool);
        return pool;
    }

    /** At least one check. */
    private void pass() {
        timer.advance(EVERY.multipliedBy(2));
    }

    private static BackendTls trusting(SelfSigned authority) {
        return new BackendTls(
                Optional.of(authority.certificate()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static InetSocketAddress here() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private int serve(SSLContext context, boolean wantsCertificate) throws IOException {
        HttpsServer server = HttpsServer.create(here(), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(context) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters rules = context.getDefaultSSLParameters();
                        rules.setNeedClientAuth(wantsCertificate);
                        parameters.setSSLParameters(rules);
                    }
                });
        return serve(server);
    }

    private int serve(HttpServer server) {
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    byte[] answer = {'f', 'i', 'n', 'e'};
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        servers.add(server);
        return server.getAddress().getPort();
    }
}
