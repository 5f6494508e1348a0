package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.AdminToken;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Secrets;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Operators at the desk of a real gateway, with no console, registry or bank anywhere. */
@Timeout(60)
class OperationTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path folder;
    private final Telemetry telemetry = Telemetry.start(TelemetryConfig.local("gateway", "desk"));
    private final Timer timer = Timer.system("desk-test");
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer one;
    private HttpServer two;
    private Gateway gateway;
    private DeskDoor desk;
    private FileAuditTrail trail;
    private AdminToken token;

    @BeforeEach
    void start() throws IOException {
        one = named("one");
        two = named("two");
        token = AdminToken.obtain(Secrets.in(folder.resolve("secrets"), Randomness.seeded(1)));
        trail = FileAuditTrail.open(folder.resolve("audit.jsonl"), Clock.system());
        begin();
    }

    @AfterEach
    void stop() {
        end();
        trail.close();
        one.stop(0);
        two.stop(0);
        client.close();
        timer.close();
        telemetry.close();
    }

    @Requirement({"P6.1.4-a", "P6.1.4-c.4"})
    @Test
    void aDrainedBackendGetsNothingNewAlsoAfterARestart() throws Exception {
        assertThat(whoAnswers()).containsExactly("one", "two");

        assertThat(order("drain", "{\"pool\": \"web\", \"backend\": \"one\"}")).isEqualTo(200);

        assertThat(whoAnswers()).containsExactly("two");
        end();
        begin();
        assertThat(whoAnswers()).containsExactly("two");
        assertThat(status().at("/pools/0/backends/0/order").asText()).isEqualTo("drained");
        assertThat(order("resume", "{\"pool\": \"web\", \"backend\": \"one\"}")).isEqualTo(200);
        assertThat(whoAnswers()).containsExactly("one", "two");
        assertThat(trail.read(1, 10)).hasSize(2);
    }

    @Requirement("P6.1.4-b")
    @Test
    void theDeskAnswersWhileClientsAreBlockedAndBackendsAreDead() throws Exception {
        assertThat(order("block", "{\"clients\": \"127.0.0.0/8\"}")).isEqualTo(200);
        one.stop(0);
        two.stop(0);

        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
        assertThat(status().at("/blocked/0").asText()).isEqualTo("127.0.0.0/8");
        assertThat(status().path("refusals").toString()).contains("clients who are blocked");
        assertThat(order("unblock", "{\"clients\": \"127.0.0.0/8\"}")).isEqualTo(200);
        assertThat(get().statusCode()).isEqualTo(503);
    }

    @Requirement("P6.2.2.2-e")
    @Test
    void aConfigurationIsTakenWholeOrNotAtAll() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProxyConfig unusable =
                    ProxyConfig.type()
                            .parse(
                                    document("two")
                                            .replace(
                                                    "[\"127.0.0.1:0\"]",
                                                    "[\"127.0.0.1:0\", \"127.0.0.1:%d\"]"
                                                            .formatted(taken.getLocalPort())));

            assertThatThrownBy(() -> gateway.take(unusable))
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
        assertThat(whoAnswers()).containsExactly("one", "two");

        gateway.take(ProxyConfig.type().parse(document("two")));

        assertThat(whoAnswers()).containsExactly("two");
    }

    @Requirement("B6.2-c.1")
    @Test
    void requestsBeyondTheBoundAreRefusedAtOnceAndThoseWithinItAreAnswered() throws Exception {
        CountDownLatch came = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        one.removeContext("/");
        var _ =
                one.createContext(
                        "/",
                        exchange -> {
                            came.countDown();
                            await(go);
                            exchange.sendResponseHeaders(200, -1);
                            exchange.close();
                        });
        gateway.take(ProxyConfig.type().parse("bounds: {requests: 1}\n" + document("one")));
        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port()))
                                .build(),
                        text());
        await(came);

        HttpResponse<String> second = get();
        go.countDown();

        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(JSON.readTree(second.body()).path("name").asText()).isEqualTo("OVERLOADED");
        assertThat(
                        telemetry
                                .metrics()
                                .get("feiqian.gateway.requests.refused")
                                .tag("by", "bound")
                                .counter()
                                .count())
                .as("what alarms look at")
                .isEqualTo(1);
        assertThat(first.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private void begin() {
        gateway =
                Gateway.start(
                        ProxyConfig.type().parse(document("one", "two")),
                        Gateway.Setting.alone("desk", Optional.of(folder)),
                        Transport.open(Transport.Kind.EPOLL, 1),
                        telemetry,
                        Clock.system());
        LiveGateway live =
                new LiveGateway(
                        "desk",
                        gateway.plane(),
                        telemetry.metrics(),
                        Clock.system(),
                        () -> new GatewayStatus.Document(0, 0, ""),
                        () -> GatewayStatus.Contracts.NONE,
                        ProxyConfig.type()::parse);
        desk =
                DeskDoor.open(
                        new GatewayDesk(live, Optional.of(token), trail, Runnable::run),
                        new HostPort("127.0.0.1", 0),
                        Clock.system(),
                        timer);
    }

    private void end() {
        desk.close();
        gateway.close();
    }

    private String document(String... names) {
        StringBuilder backends = new StringBuilder();
        for (String each : names) {
            int port = (each.equals("one") ? one : two).getAddress().getPort();
            backends.append("      - {id: %s, address: \"127.0.0.1:%d\"}\n".formatted(each, port));
        }
        return """
        listeners:
          - name: web
            addresses: ["127.0.0.1:0"]
        routes:
          - {name: all, pool: web}
        pools:
          - name: web
            way: ROUND_ROBIN
            slowStart: 0s
            backends:
        """
                + backends;
    }

    private Set<String> whoAnswers() throws IOException, InterruptedException {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            names.add(get().body());
        }
        return names;
    }

    private HttpResponse<String> get() throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port())).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(client.send(asked("status").build(), text()).body());
    }

    private int order(String action, String body) throws IOException, InterruptedException {
        return client.send(
                        asked(action).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                        text())
                .statusCode();
    }

    private HttpRequest.Builder asked(String path) {
        return HttpRequest.newBuilder(
                        URI.create(
                                "http://127.0.0.1:%d%s%s"
                                        .formatted(desk.port(), GatewayDesk.ROOT, path)))
                .header("Authorization", "Bearer " + token.reveal())
                .header("Feiqian-Operator", "maria")
                .header("Feiqian-Reason", "a test");
    }

    private static HttpResponse.BodyHandler<String> text() {
        return HttpResponse.BodyHandlers.ofString();
    }

    private static HttpServer named(String name) throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        byte[] body = name.getBytes(StandardCharsets.US_ASCII);
        var _ =
                server.createContext(
                        "/",
                        exchange -> {
                            exchange.sendResponseHeaders(200, body.length);
                            exchange.getResponseBody().write(body);
                            exchange.close();
                        });
        server.start();
        return server;
    }
}
