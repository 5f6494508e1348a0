package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tier that works on connections before a tier that works on requests. */
@Timeout(60)
class TwoTiersTest {
    private static final int REQUESTS = 40;

    private final Telemetry telemetry = Telemetry.start(TelemetryConfig.local("gateway", "tiers"));
    private final Set<String> clients = ConcurrentHashMap.newKeySet();
    private HttpServer backend;

    @BeforeEach
    void start() throws IOException {
        backend =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        var _ =
                backend.createContext(
                        "/",
                        exchange -> {
                            clients.add(
                                    exchange.getRequestHeaders().getFirst("X-Forwarded-For")
                                            + " by "
                                            + exchange.getRequestHeaders().getFirst("X-Tier"));
                            exchange.sendResponseHeaders(200, -1);
                            exchange.close();
                        });
        backend.start();
    }

    @AfterEach
    void stop() {
        backend.stop(0);
        telemetry.close();
    }

    @Requirement({"P6.1.2-1", "P6.1.2-3", "P6.1.3-b"})
    @Test
    void requestsGoOnWhenANodeOfTheSecondTierDiesAndBackendsSeeWhoAsks() throws Exception {
        try (Gateway a = second("a");
                Gateway b = second("b");
                Gateway first = first(a.port(), b.port())) {
            assertThat(answered(first)).isEqualTo(REQUESTS);
            assertThat(clients).containsExactlyInAnyOrder("127.0.0.1 by a", "127.0.0.1 by b");

            b.close();

            assertThat(answered(first)).isEqualTo(REQUESTS);
        }
    }

    /** How many of some requests, each on a connection of its own, were answered. */
    private static int answered(Gateway first) throws IOException, InterruptedException {
        int answered = 0;
        for (int i = 0; i < REQUESTS; i++) {
            try (HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                HttpResponse<Void> answer =
                        client.send(
                                HttpRequest.newBuilder(
                                                URI.create("http://127.0.0.1:" + first.port()))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding());
                answered += answer.statusCode() == 200 ? 1 : 0;
            }
        }
        return answered;
    }

    private Gateway first(int a, int b) {
        return gateway(
                """
                listeners:
                  - {name: front, protocol: TCP, addresses: ["127.0.0.1:0"], pool: tier}
                pools:
                  - name: tier
                    way: ROUND_ROBIN
                    proxyProtocol: V2
                    backends: [{address: "127.0.0.1:%d"}, {address: "127.0.0.1:%d"}]
                """
                        .formatted(a, b));
    }

    private Gateway second(String name) {
        return gateway(
                """
                listeners:
                  - name: web
                    addresses: ["127.0.0.1:0"]
                    proxyProtocol: REQUIRED
                    trusted: [127.0.0.0/8]
                routes:
                  - {name: all, pool: web, rewrite: {set: {X-Tier: %s}}}
                pools:
                  - name: web
                    backends: [{address: "127.0.0.1:%d"}]
                """
                        .formatted(name, backend.getAddress().getPort()));
    }

    private Gateway gateway(String document) {
        return Gateway.start(
                ProxyConfig.type().parse(document),
                Gateway.Setting.alone("tier", Optional.empty()),
                Transport.open(Transport.Kind.EPOLL, 1),
                telemetry,
                Clock.system());
    }
}
