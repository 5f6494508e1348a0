package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Way;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What active checks come to, and what they find with real sockets. */
class HealthChecksTest {
    private final PoolFixture fixture = new PoolFixture();
    private final ManualTimer timer = new ManualTimer(fixture.clock);
    private final Set<String> bad = new HashSet<>();
    private final List<String> alarms = new ArrayList<>();
    private final HealthChecks checks =
            new HealthChecks(
                    timer,
                    Randomness.seeded(1),
                    alarm -> alarms.add(alarm.name()),
                    (backend, pool, how) ->
                            bad.contains(backend.name()) ? Optional.of("bad") : Optional.empty(),
                    Runnable::run);

    @Requirement({"P6.1.3-e", "P6.1.3-g", "P6.2.2.2-d"})
    @Test
    void aBackendGoesAfterItsFallsAndComesBackAfterItsRises() {
        BackendPool pool = pool();
        checks.follow(pool);
        pass(3);
        bad.add("a");
        passOne();
        assertThat(PoolFixture.names(pool)).as("one bad one of two").containsExactly("a", "b");
        passOne();
        assertThat(PoolFixture.names(pool)).containsExactly("b");
        assertThat(alarms).containsExactly("gateway-backend-down");
        bad.clear();
        pass(2);
        assertThat(PoolFixture.names(pool)).as("two good ones of three").containsExactly("b");
        assertThat(health(pool)).as("seen to come back").isEqualTo(BackendState.Health.RISING);
        bad.add("a");
        passOne();
        assertThat(health(pool)).as("from the beginning").isEqualTo(BackendState.Health.DOWN);
        assertThat(alarms).as("it was down all the time").hasSize(1);
        bad.clear();
        pass(4);
        assertThat(health(pool)).isEqualTo(BackendState.Health.UP);
        assertThat(PoolFixture.names(pool)).containsExactly("a", "b");
    }

    @Test
    void whereAllChecksFailAllServeAndSomebodyHearsOfIt() {
        BackendPool pool = pool();
        checks.follow(pool);
        bad.addAll(List.of("a", "b"));
        pass(4);

        assertThat(PoolFixture.names(pool)).containsExactly("a", "b");
        assertThat(pool.isPanicking()).isTrue();
        assertThat(alarms).contains("gateway-pool-down");
        bad.remove("b");
        pass(5);
        assertThat(PoolFixture.names(pool)).containsExactly("b");
    }

    @Requirement("P6.1.3-f")
    @Timeout(30)
    @Test
    void connectionsAndAnswersOfHttpAreJudged() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread serving = Thread.ofVirtual().start(() -> serve(server));
            int port = server.getLocalPort();
            assertThat(fault(port, tcp())).isEmpty();
            assertThat(fault(port, http("200-299", ""))).isEmpty();
            assertThat(fault(port, http("200-299", "fine"))).isEmpty();
            assertThat(fault(port, http("204", ""))).contains("status 200 (expected: 204)");
            assertThat(fault(port, http("200", "great"))).isPresent();
            server.close();
            // Until who accepts has left, the port still takes connections.
            serving.join();
            assertThat(fault(port, tcp())).isPresent();
        }
        try (ServerSocket hung = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(fault(hung.getLocalPort(), http("200", ""))).contains("no answer in time");
        }
    }

    private static BackendState.Health health(BackendPool pool) {
        return pool.states().getFirst().health();
    }

    private BackendPool pool() {
        return fixture.pool(
                PoolFixture.with(
                        PoolFixture.config(
                                Way.RANDOM, PoolFixture.backend("a"), PoolFixture.backend("b")),
                        new HealthCheckConfig(
                                HealthCheckConfig.Kind.TCP,
                                "/",
                                "",
                                "200",
                                "",
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(1),
                                3,
                                2)));
    }

    /** At least so many checks of each backend. */
    private void pass(int checksOfEach) {
        for (int i = 0; i < checksOfEach; i++) {
            passOne();
        }
    }

    /** One check of each, which comes every 9 to 11 seconds. */
    private void passOne() {
        timer.advance(Duration.ofSeconds(11));
    }

    private static Optional<String> fault(int port, HealthCheckConfig how) {
        SocketProbe probe = new SocketProbe(Clock.system(), new BackendAddresses(Clock.system()));
        BackendPool pool =
                new PoolFixture()
                        .pool(
                                PoolFixture.config(
                                        Way.RANDOM,
                                        new BackendConfig(
                                                "127.0.0.1:" + port,
                                                Optional.of("x"),
                                                100,
                                                "",
                                                "",
                                                "",
                                                Map.of())));
        Instance<Backend> backend = pool.instance("x").orElseThrow();
        return probe.fault(backend, pool.config(), how);
    }

    private static HealthCheckConfig tcp() {
        return new HealthCheckConfig(
                HealthCheckConfig.Kind.TCP,
                "/",
                "",
                "200",
                "",
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                1,
                1);
    }

    private static HealthCheckConfig http(String statuses, String body) {
        return new HealthCheckConfig(
                HealthCheckConfig.Kind.HTTP,
                "/up",
                "",
                statuses,
                body,
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                1,
                1);
    }

    private static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                byte[] request = new byte[1_000];
                if (socket.getInputStream().read(request) > 0) {
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nall fine"
                                            .getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException closed) {
                // Its client has gone, or the test is over.
            }
        }
    }
}
