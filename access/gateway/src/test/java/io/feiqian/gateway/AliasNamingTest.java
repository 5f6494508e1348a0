package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.balancing.Place;
import io.feiqian.proxy.BackendConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.spi.BackendSource;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Backends that are known by other names than their addresses: by DNS, whose answers change while
 * the gateway runs, and by the name of a service. Both layers go by the same names.
 */
@Requirement("M6.3-5")
@Timeout(60)
class AliasNamingTest {
    private static final String NAME = "web.bank.test";
    private static final String ONE = "127.0.0.1";
    private static final String TWO = "127.0.0.2";
    private static final String NOBODY = "127.0.0.3";

    private final Telemetry telemetry = Telemetry.start(TelemetryConfig.local("gateway", "names"));
    private final SmallDns dns = new SmallDns();
    private HttpServer one;
    private HttpServer two;
    private int port;

    @BeforeEach
    void start() throws IOException {
        one = named("one", ONE, 0);
        port = one.getAddress().getPort();
        two = named("two", TWO, port);
    }

    @AfterEach
    void stop() {
        one.stop(0);
        two.stop(0);
        dns.close();
        telemetry.close();
    }

    @Test
    void anAddressThatChangesIsFollowedByBothLayersWithoutARestart() throws Exception {
        dns.says(NAME, ONE);
        try (Gateway gateway = gateway(NAME + ":" + port)) {
            assertThat(said(gateway, "web")).isEqualTo("one");
            assertThat(said(gateway, "tcp")).isEqualTo("one");

            dns.says(NAME, TWO);

            until(gateway, "web", "two");
            until(gateway, "tcp", "two");
            // Connections that were kept are at the new address, too.
            one.stop(0);
            for (int i = 0; i < 20; i++) {
                assertThat(said(gateway, "web")).isEqualTo("two");
                assertThat(said(gateway, "tcp")).isEqualTo("two");
            }
        }
    }

    @Test
    void whereDnsIsDeadOrHasLostTheNameTheLastAddressesHold() throws Exception {
        dns.says(NAME, ONE);
        try (Gateway gateway = gateway(NAME + ":" + port)) {
            assertThat(said(gateway, "web")).isEqualTo("one");
            assertThat(said(gateway, "tcp")).isEqualTo("one");

            dns.forgets(NAME);
            goesOnWhileAsking(gateway);
            dns.silent();
            goesOnWhileAsking(gateway);
            dns.close();
            for (int i = 0; i < 100; i++) {
                assertThat(said(gateway, "web")).isEqualTo("one");
                assertThat(said(gateway, "tcp")).isEqualTo("one");
            }
        }
    }

    /** Until it was asked again and again, every request is answered. */
    private void goesOnWhileAsking(Gateway gateway) throws Exception {
        int before = dns.asked.get();
        while (dns.asked.get() < before + 6) {
            assertThat(said(gateway, "web")).isEqualTo("one");
            assertThat(said(gateway, "tcp")).isEqualTo("one");
        }
    }

    @Test
    void severalAddressesTakeTurnsAndADeadOneCostsNobodyAnAnswer() throws Exception {
        dns.says(NAME, ONE, NOBODY, TWO);
        try (Gateway gateway = gateway(NAME + ":" + port)) {
            for (String listener : List.of("tcp", "web")) {
                Set<String> all = new HashSet<>();
                for (int i = 0; i < 40; i++) {
                    all.add(said(gateway, listener));
                }
                assertThat(all).as(listener).isNotEmpty().isSubsetOf("one", "two");
            }
            Set<String> connections = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                connections.add(said(gateway, "tcp"));
            }
            assertThat(connections).containsExactlyInAnyOrder("one", "two");
        }
    }

    @Test
    void aNameSaysHostsAndPorts() throws Exception {
        HttpServer third = named("third", ONE, 0);
        dns.says("one.bank.test", ONE);
        dns.says("two.bank.test", TWO);
        dns.says(
                "_web._tcp.bank.test",
                new SmallDns.Service(10, 50, port, "one.bank.test"),
                new SmallDns.Service(10, 50, port, "two.bank.test"),
                new SmallDns.Service(20, 100, third.getAddress().getPort(), "one.bank.test"));
        try (Gateway gateway = gateway("_web._tcp.bank.test:0")) {
            Set<String> all = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                all.add(said(gateway, "tcp"));
            }
            assertThat(all).containsExactlyInAnyOrder("one", "two");
            assertThat(said(gateway, "web")).isIn("one", "two");

            dns.says(
                    "_web._tcp.bank.test",
                    new SmallDns.Service(20, 100, third.getAddress().getPort(), "one.bank.test"));

            until(gateway, "tcp", "third");
            until(gateway, "web", "third");
        } finally {
            third.stop(0);
        }
    }

    @Test
    void aServiceIsKnownByItsNameAndItsInstancesAreFollowed() throws Exception {
        List<Consumer<List<BackendConfig>>> followers = new CopyOnWriteArrayList<>();
        BackendSource registry =
                (service, listener) -> {
                    assertThat(service).isEqualTo("web-shop");
                    followers.add(listener);
                    listener.accept(List.of(instance(ONE)));
                    return () -> followers.remove(listener);
                };
        Gateway.Setting alone = Gateway.Setting.alone("names", Optional.empty());
        Gateway.Setting setting =
                new Gateway.Setting(
                        alone.name(),
                        alone.folder(),
                        Place.UNKNOWN,
                        null,
                        CallPolicies.NONE,
                        CallPolicies.NONE,
                        registry,
                        Map.of(),
                        () -> true);
        try (Gateway gateway = gateway("service: web-shop", setting)) {
            assertThat(said(gateway, "web")).isEqualTo("one");
            assertThat(said(gateway, "tcp")).isEqualTo("one");

            followers.forEach(each -> each.accept(List.of(instance(TWO))));

            assertThat(said(gateway, "web")).isEqualTo("two");
            assertThat(said(gateway, "tcp")).isEqualTo("two");
        }
    }

    private BackendConfig instance(String host) {
        return new BackendConfig(host + ":" + port, Optional.empty(), 100, "", "", "", Map.of());
    }

    private static void until(Gateway gateway, String listener, String name) throws Exception {
        while (!said(gateway, listener).equals(name)) {
            Thread.onSpinWait();
        }
    }

    /** Who answers a request on a connection of its own. */
    private static String said(Gateway gateway, String listener) throws Exception {
        InetSocketAddress at =
                gateway.plane().addresses().getOrDefault(listener, List.of()).getFirst();
        RawHttp.Reply reply =
                RawHttp.exchange(
                        at.getPort(), "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }

    private Gateway gateway(String address) {
        return gateway(
                "backends: [{address: \"%s\"}]".formatted(address),
                Gateway.Setting.alone("names", Optional.empty()));
    }

    private Gateway gateway(String backends, Gateway.Setting setting) {
        return Gateway.start(
                ProxyConfig.type()
                        .parse(
                                """
                                dns: {servers: ["%s"], every: 100ms}
                                listeners:
                                  - {name: web, addresses: ["127.0.0.1:0"]}
                                  - {name: tcp, protocol: TCP, addresses: ["127.0.0.1:0"], pool: tcp}
                                routes:
                                  - {name: all, pool: web}
                                pools:
                                  - {name: web, way: ROUND_ROBIN, %s}
                                  - {name: tcp, way: ROUND_ROBIN, %s}
                                """
                                        .formatted(dns.address(), backends, backends)),
                setting,
                Transport.open(Transport.Kind.EPOLL, 1),
                telemetry,
                Clock.system());
    }

    private static HttpServer named(String name, String host, int port) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(host), port), 1_024);
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
