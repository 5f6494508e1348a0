package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.alarms.AlarmLine;
import io.feiqian.alarms.AlarmService;
import io.feiqian.alarms.Alarms;
import io.feiqian.alarms.Rule;
import io.feiqian.balancing.Place;
import io.feiqian.gateway.Gateway;
import io.feiqian.gateway.GatewayStatus;
import io.feiqian.gateway.LiveGateway;
import io.feiqian.layer7.CellSteering;
import io.feiqian.layer7.FlowIdentifiers;
import io.feiqian.observatory.Observatory;
import io.feiqian.observatory.ObservatoryConfig;
import io.feiqian.proxy.MapCells;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.storage.EmbeddedPostgres;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is on duty is told of what is the matter with a gateway, by the alarm engine itself. */
@Timeout(180)
class GatewayAlarmsTest {
    private static final Duration OFTEN = Duration.ofMillis(200);
    private static final Duration WITHIN = Duration.ofSeconds(90);
    private static final String PASSWORD = "for-the-test";

    @TempDir private Path folder;
    private final StopInOrder parts = new StopInOrder();
    private final Timer timer = parts.add(Timer.system("gateway-alarms-test"));
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<GatewayStatus.Document> document =
            new AtomicReference<>(new GatewayStatus.Document(1, 1, ""));
    private Alarms alarms;
    private Telemetry telemetry;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        EmbeddedPostgres database = EmbeddedPostgres.temporary();
        parts.add(database);
        Observatory observatory =
                parts.add(
                        Observatory.start(
                                new ObservatoryConfig(
                                        "127.0.0.1",
                                        0,
                                        database.database(),
                                        128L << 20,
                                        Duration.ofDays(1)),
                                Clock.system(),
                                new SimpleMeterRegistry()));
        PersonalData seal = ObservatoryRole.seal(folder.resolve("secrets"));
        parts.add(
                AlarmService.start(
                        database.database(),
                        seal,
                        OFTEN,
                        "",
                        Clock.system(),
                        new SimpleMeterRegistry()));
        alarms = parts.add(new Alarms(database::database, seal, Clock.system()));
        alarms.rules().forEach(each -> alarms.save(atOnce(each), "a test"));
        telemetry =
                parts.add(
                        Telemetry.start(
                                TelemetryConfig.local("gateway", "edge")
                                        .sendingTo(
                                                URI.create(
                                                        "http://127.0.0.1:%d/v1/traces"
                                                                .formatted(observatory.port())),
                                                1)
                                        .sendingMetersEvery(OFTEN)));
        pem();
        startGateway();
    }

    @AfterEach
    void stop() {
        parts.close();
        client.close();
    }

    @Requirement("B6.4-f")
    @Test
    void everyTroubleOfAGatewayIsRaisedAndEndsWithIt() throws Exception {
        until(() -> raised("gateway: pool without a backend").contains("edge {pool=dead}"));
        until(() ->
                raised("gateway: backend stays down").stream()
                        .anyMatch(each -> each.contains("backend=gone, pool=dead")));
        assertThat(raised("gateway: pool without a backend"))
                .doesNotContain("edge {pool=west}", "edge {pool=cells}");

        Files.writeString(folder.resolve("edge.pem"), "broken");
        document.set(new GatewayStatus.Document(1, 1, "nowhere.pem is not there"));
        until(() -> {
            get("/west/", "X-None", "");
            get("/cells/", "X-Slot", "0042");
            connect("narrow", 20);
            return raised().containsAll(
                            Set.of(
                                    "gateway: TLS files unusable",
                                    "gateway: newest document not in force",
                                    "gateway: connections refused by limits",
                                    "gateway: requests go to another city",
                                    "gateway: requests go to standby cells"));
        });

        document.set(new GatewayStatus.Document(2, 2, ""));
        pem();
        until(() -> !raised().contains("gateway: newest document not in force"));
        until(() -> !raised().contains("gateway: TLS files unusable"));

        telemetry.close();
        until(() -> raised("process silent").contains("edge"));
    }

    private Set<String> raised() {
        return alarms.raised().stream().map(AlarmLine::name).collect(Collectors.toSet());
    }

    private List<String> raised(String rule) {
        return alarms.raised().stream()
                .filter(each -> each.name().equals(rule))
                .map(AlarmLine::object)
                .toList();
    }

    /** What the rule looks at and its bound stay; a test does not wait for a minute. */
    private static Rule atOnce(Rule rule) {
        return new Rule(
                rule.id(),
                rule.name(),
                rule.enabled(),
                rule.severity(),
                rule.signal(),
                rule.test(),
                rule.bound(),
                Duration.ofSeconds(10),
                Duration.ZERO,
                rule.channels());
    }

    private void startGateway() throws Exception {
        HttpServer shop =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        var _ =
                shop.createContext(
                        "/",
                        exchange -> {
                            exchange.sendResponseHeaders(204, -1);
                            exchange.close();
                        });
        shop.start();
        parts.add(() -> shop.stop(0));
        Routes routes = new Routes(RouteMap.evenly(2));
        routes.offer(
                routes.current()
                        .with(
                                new Route(
                                        SlotRange.of(0, 99),
                                        new CellId(1),
                                        Optional.of(new CellId(2)),
                                        SlotState.OPEN,
                                        new Epoch(2))));
        CellSteering cells =
                parts.add(
                        new CellSteering(
                                new MapCells(routes, SlotRule.hash(), Optional.empty()),
                                routes,
                                Place.UNKNOWN,
                                FlowIdentifiers.ofOwnKey(Clock.system(), Randomness.seeded(1)),
                                Clock.system(),
                                timer,
                                Randomness.shared(3),
                                telemetry.metrics(),
                                100));
        Gateway.Setting alone = Gateway.Setting.alone("edge", Optional.empty());
        gateway =
                parts.add(
                        Gateway.start(
                                ProxyConfig.type().parse(document(shop.getAddress().getPort())),
                                new Gateway.Setting(
                                        alone.name(),
                                        alone.folder(),
                                        new Place("a", "east"),
                                        cells,
                                        alone.incoming(),
                                        alone.outgoing(),
                                        alone.services(),
                                        alone.besides(),
                                        alone.ready()),
                                Transport.open(Transport.Kind.EPOLL, 1),
                                telemetry,
                                Clock.system()));
        LiveGateway live =
                new LiveGateway(
                        "edge",
                        gateway.plane(),
                        telemetry.metrics(),
                        Clock.system(),
                        document::get,
                        () -> GatewayStatus.Contracts.NONE,
                        ProxyConfig.type()::parse);
        sample(live);
    }

    private void sample(LiveGateway live) {
        live.sample();
        Timer.Cancellable _ = timer.after(OFTEN, () -> sample(live));
    }

    private String document(int shop) throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        return """
        listeners:
          - {name: web, addresses: ["127.0.0.1:0"]}
          - {name: narrow, addresses: ["127.0.0.1:0"], connections: {perSecond: 1}}
          - name: tls
            addresses: ["127.0.0.1:0"]
            tls: {certificates: [{certificate: "%1$s/edge.pem", key: "%1$s/edge.key"}]}
        routes:
          - {name: west, path: /west/, pool: west}
          - {name: cells, path: /cells/, pool: cells, cell: {keys: [{from: HEADER, at: X-Slot, as: SLOT}]}}
          - {name: dead, path: /dead/, pool: dead}
        pools:
          - {name: west, backends: [{id: far, address: "127.0.0.1:%2$d", city: west}]}
          - name: dead
            backends: [{id: gone, address: "127.0.0.1:%3$d"}]
            health: {kind: TCP, every: 200ms, timeout: 200ms, rise: 1, fall: 1}
          - name: cells
            backends:
              - {id: first, address: "127.0.0.1:%3$d", cell: cell-1}
              - {id: second, address: "127.0.0.1:%2$d", cell: cell-2}
            health: {kind: TCP, every: 200ms, timeout: 200ms, rise: 1, fall: 1}
        """
                .formatted(folder, shop, nobody);
    }

    private void get(String path, String header, String value) {
        InetSocketAddress web =
                gateway.plane().addresses().getOrDefault("web", List.of()).getFirst();
        try {
            var _ =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + web.getPort() + path))
                                    .header(header, value)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private void connect(String listener, int times) {
        InetSocketAddress at =
                gateway.plane().addresses().getOrDefault(listener, List.of()).getFirst();
        for (int i = 0; i < times; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(at, 5_000);
            } catch (IOException failed) {
                throw new AssertionError(failed);
            }
        }
    }

    private void until(BooleanSupplier holds) {
        Patience.until(timer, WITHIN, holds, () -> alarms.raised());
    }

    /** A certificate by the JDK's own tool, another one each time. */
    private void pem() throws Exception {
        Path store = folder.resolve("edge.p12");
        Files.deleteIfExists(store);
        Process made =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "edge",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=edge",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        write("edge.key", "PRIVATE KEY", keys.getKey("edge", PASSWORD.toCharArray()).getEncoded());
        write("edge.pem", "CERTIFICATE", keys.getCertificate("edge").getEncoded());
    }

    private void write(String file, String what, byte[] bytes) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes)));
    }
}
