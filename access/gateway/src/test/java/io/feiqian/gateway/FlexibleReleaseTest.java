package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new version of a service behind the gateway for some requests only: by version, by percentage,
 * by group; the base where the new one is missing, and back where it fails.
 */
@Requirement("P6.1.4-c.2")
@Timeout(60)
class FlexibleReleaseTest {
    private static final int CUSTOMERS = 1_000;
    private static final String CHECKED =
            "health: {kind: HTTP, path: /, every: 100ms, timeout: 5s, rise: 1, fall: 1}";

    private final Telemetry telemetry = Telemetry.start(TelemetryConfig.local("gateway", "gray"));
    private HttpServer base;
    private HttpServer gray;

    @BeforeEach
    void start() throws IOException {
        base = named("base", 0);
        gray = named("gray", 0);
    }

    @AfterEach
    void stop() {
        base.stop(0);
        gray.stop(0);
        telemetry.close();
    }

    @Test
    void byVersionAndTheBaseServesWhileThatVersionIsNotThere() throws Exception {
        try (Gateway gateway =
                gateway(
                        """
                        routes:
                          - name: early
                            headers: {X-Version: "2"}
                            labels: {version: "2"}
                            pool: shop
                          - {name: rest, pool: shop, labels: {version: "1"}}
                        pools:
                          - name: shop
                            backends:
                              - {address: "127.0.0.1:%d", labels: {version: "1"}}
                              - {address: "127.0.0.1:%d", labels: {version: "2"}}
                            %s
                        """
                                .formatted(port(base), port(gray), CHECKED))) {
            for (int i = 0; i < 20; i++) {
                assertThat(said(gateway, "X-Version: 2")).isEqualTo("gray");
                assertThat(said(gateway, "X-Version: 1")).isEqualTo("base");
            }
            int at = port(gray);
            gray.stop(0);
            for (int i = 0; i < 20; i++) {
                assertThat(said(gateway, "X-Version: 2")).as("nobody loses it").isEqualTo("base");
            }
            gray = named("gray", at);
            until(gateway, "X-Version: 2", "gray");
        }
    }

    @Test
    void byPercentageOfCustomersWhoStayAndOnlyMoreComeWhereItGrows() throws Exception {
        try (Gateway gateway = gateway(byPercentage(80, 20))) {
            Map<String, String> first = everybody(gateway);
            Set<String> early = those(first, "gray");
            assertThat(early).hasSizeBetween(CUSTOMERS * 15 / 100, CUSTOMERS * 25 / 100);
            assertThat(everybody(gateway)).as("everybody stays").isEqualTo(first);

            gateway.take(parsed(byPercentage(50, 50)));
            Set<String> half = those(everybody(gateway), "gray");
            assertThat(half)
                    .hasSizeBetween(CUSTOMERS * 45 / 100, CUSTOMERS * 55 / 100)
                    .containsAll(early);

            gateway.take(parsed(byPercentage(100, 0)));
            assertThat(those(everybody(gateway), "gray")).as("rolled back").isEmpty();
        }
    }

    private String byPercentage(int ofBase, int ofGray) {
        String key = "key: {from: HEADER, at: X-Customer, as: TEXT}";
        return """
        routes:
          - name: shop
            split: [{pool: now, weight: %d}, {pool: next, weight: %d}]
        pools:
          - {name: now, backends: [{address: "127.0.0.1:%d"}], %s}
          - {name: next, backends: [{address: "127.0.0.1:%d"}], %s}
        """
                .formatted(ofBase, ofGray, port(base), key, port(gray), key);
    }

    @Test
    void whoHasACookieStaysUntilItsVersionIsTakenBack() throws Exception {
        try (Gateway gateway = gateway(byCookie(1, 1))) {
            Map<String, String> first = new HashMap<>();
            while (first.size() < 2) {
                RawHttp.Reply reply = ask(gateway, "");
                first.put(reply.header("set-cookie").split(";", 2)[0], reply.body());
            }
            assertThat(first.values()).containsExactlyInAnyOrder("base", "gray");
            first.forEach((cookie, name) -> {
                for (int i = 0; i < 30; i++) {
                    assertThat(said(gateway, "Cookie: " + cookie)).isEqualTo(name);
                }
            });

            gateway.take(parsed(byCookie(1, 0)));
            first.keySet()
                    .forEach(cookie ->
                            assertThat(said(gateway, "Cookie: " + cookie)).isEqualTo("base"));
        }
    }

    private String byCookie(int ofBase, int ofGray) {
        return """
        routes:
          - name: shop
            split: [{pool: now, weight: %d}, {pool: next, weight: %d}]
        pools:
          - {name: now, backends: [{address: "127.0.0.1:%d"}], sticky: {by: COOKIE}}
          - {name: next, backends: [{address: "127.0.0.1:%d"}], sticky: {by: COOKIE}}
        """
                .formatted(ofBase, ofGray, port(base), port(gray));
    }

    @Test
    void whereTheNewVersionFailsEverybodyGoesBackAndNobodyNoticed() throws Exception {
        String document =
                """
                routes:
                  - name: shop
                    split: [{pool: now, weight: 50}, {pool: next, weight: 50}]
                pools:
                  - {name: now, backends: [{address: "127.0.0.1:%d"}]}
                  - {name: next, backends: [{address: "127.0.0.1:%d"}], %s}
                """
                        .formatted(port(base), port(gray), CHECKED);
        try (Gateway gateway = gateway(document)) {
            until(gateway, "", "gray");
            int at = port(gray);
            gray.stop(0);
            for (int i = 0; i < 60; i++) {
                assertThat(said(gateway, "")).as("request %d", i).isEqualTo("base");
            }
            gray = named("gray", at);
            until(gateway, "", "gray");
        }
    }

    @Test
    void byGroupOfCustomersAndTheBaseWhereTheNewVersionIsMissingOrDead(@TempDir Path folder) {
        String chosen = "0001100000000012";
        String other = AccountNumber.of(new Slot(1), AccountNumber.Kind.CUSTOMER, 2).toString();
        try (Timer timer = Timer.system("groups")) {
            Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
            publish(
                    calling,
                    """
                    {"id": "versions", "version": 1, "side": "caller", "route": {"rules":
                      [{"labels": {"release": "b"}, "to": {"release": "b"}}]}}
                    """);
            try (GatewayFixture bank =
                    new GatewayFixture(
                            folder,
                            GatewayConfig.DEFAULT,
                            CallPolicies.NONE,
                            new GovernedCalls(calling, timer, Randomness.seeded(1)))) {
                Endpoint a = labelled(bank.one.endpoint(), "a");
                Endpoint b = labelled(bank.two.endpoint(), "b");
                bank.instances.put(GatewayFixture.ONE, List.of(a, b));
                publish(
                        bank.labels.governance(),
                        """
                        {"id": "pilots", "version": 1, "side": "gateway", "label":
                          {"name": "release", "value": "b", "rules": [
                            {"parameters": {"account": ["0001100000000038", "%s"]}},
                            {"parameters": {"header:x-group": "pilots"}}]}}
                        """
                                .formatted(chosen));
                for (int i = 0; i < 10; i++) {
                    assertThat(item(bank, chosen, "")).as("on the list").isEqualTo("two");
                    assertThat(item(bank, other, "X-Group: pilots")).isEqualTo("two");
                    assertThat(item(bank, other, "")).as("neither").isEqualTo("one");
                }
                bank.instances.put(GatewayFixture.ONE, List.of(a));
                assertThat(item(bank, chosen, "")).as("b is missing").isEqualTo("one");
                bank.instances.put(GatewayFixture.ONE, List.of(a, b));
                assertThat(item(bank, chosen, "")).isEqualTo("two");
                bank.two.close();
                for (int i = 0; i < 10; i++) {
                    assertThat(item(bank, chosen, "")).as("b is dead").isEqualTo("one");
                }
            }
        }
    }

    private static String item(GatewayFixture bank, String account, String header) {
        RawHttp.Reply reply =
                bank.exchange(
                        "GET /v1/accounts/%s/items HTTP/1.1\r\nHost: a\r\n%s\r\n"
                                .formatted(account, header.isEmpty() ? "" : header + "\r\n"));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.json().path("said").asText();
    }

    private static Endpoint labelled(Endpoint where, String release) {
        return new Endpoint(
                where.instance(), where.host(), where.port(), Map.of("release", release));
    }

    private static void publish(Governance where, String policy) {
        assertThat(where.publish("{\"version\": 1, \"policies\": [" + policy + "]}"))
                .isEqualTo(Outcome.accepted());
    }

    private static Map<String, String> everybody(Gateway gateway) {
        Map<String, String> all = new HashMap<>();
        try (RawHttp http = new RawHttp(gateway.port())) {
            for (int i = 0; i < CUSTOMERS; i++) {
                String customer = "customer-" + i;
                all.put(
                        customer,
                        http.send(
                                        "GET / HTTP/1.1\r\nHost: a\r\nX-Customer: "
                                                + customer
                                                + "\r\n\r\n")
                                .read()
                                .body());
            }
        }
        return all;
    }

    private static Set<String> those(Map<String, String> all, String name) {
        Set<String> those = new TreeSet<>();
        all.forEach((customer, each) -> {
            if (each.equals(name)) {
                those.add(customer);
            }
        });
        return those;
    }

    private static void until(Gateway gateway, String header, String name) {
        while (!said(gateway, header).equals(name)) {
            Thread.onSpinWait();
        }
    }

    private static String said(Gateway gateway, String header) {
        RawHttp.Reply reply = ask(gateway, header);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }

    private static RawHttp.Reply ask(Gateway gateway, String header) {
        return RawHttp.exchange(
                gateway.port(),
                "GET / HTTP/1.1\r\nHost: a\r\n"
                        + (header.isEmpty() ? "" : header + "\r\n")
                        + "\r\n");
    }

    private Gateway gateway(String routes) {
        return Gateway.start(
                parsed(routes),
                Gateway.Setting.alone("gray", Optional.empty()),
                Transport.open(Transport.Kind.EPOLL, 1),
                telemetry,
                Clock.system());
    }

    private static ProxyConfig parsed(String routes) {
        return ProxyConfig.type()
                .parse("listeners:\n  - {name: web, addresses: [\"127.0.0.1:0\"]}\n" + routes);
    }

    private static int port(HttpServer server) {
        return server.getAddress().getPort();
    }

    private static HttpServer named(String name, int port) throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
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
