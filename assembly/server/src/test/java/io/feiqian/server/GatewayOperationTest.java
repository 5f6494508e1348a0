package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway of a whole bank, changed and watched by command line and console while it serves. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayOperationTest {
    private final Timer timer = Timer.system("gateway-operation-test");
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer shop;
    private BankInOneProcess bank;
    private Path home;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        home = folder;
        shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        byte[] body = "shop".getBytes(StandardCharsets.US_ASCII);
        var _ =
                shop.createContext(
                        "/",
                        exchange -> {
                            exchange.sendResponseHeaders(200, body.length);
                            exchange.getResponseBody().write(body);
                            exchange.close();
                        });
        shop.start();
        bank = BankInOneProcess.start(folder, RouteMap.evenly(1), 1, "");
        bank.publish();
    }

    @AfterAll
    void stop() {
        bank.close();
        shop.stop(0);
        client.close();
        timer.close();
    }

    @Requirement({"P6.1.4-c.1", "P6.2.2.2-e"})
    @Order(1)
    @Test
    void aDocumentIsInForceAtOnceAndTheBankServesOn() throws Exception {
        assertThat(status().at("/document/version").asLong()).isZero();
        assertThat(shopped().statusCode()).isEqualTo(404);
        URI bankAt = URI.create(bank.gatewayUrl());

        publish(
                0,
                """
                listeners:
                  - {name: http, addresses: ["%s"]}
                routes:
                  - {name: shop, path: /shop/, pool: shop}
                  - {name: api, api: true}
                pools:
                  - name: shop
                    backends: [{id: shop-1, address: "127.0.0.1:%d", weight: 80}]
                """
                        .formatted(bankAt.getAuthority(), shop.getAddress().getPort()));

        until(() -> status().at("/document/version").asLong() == 1);
        assertThat(shopped().body()).isEqualTo("shop");
        assertThat(bank.openCustomer(new Slot(1_234)).isAccepted()).isTrue();
    }

    @Order(2)
    @Test
    void anUnusableDocumentIsRefusedTheOldOneStaysAndItIsSaid() throws Exception {
        publish(
                1,
                """
                listeners:
                  - {name: http, addresses: ["%s"]}
                  - name: tls
                    addresses: ["127.0.0.1:0"]
                    tls: {certificates: [{certificate: nowhere.pem, key: nowhere.key}]}
                routes:
                  - {name: api, api: true}
                """
                        .formatted(URI.create(bank.gatewayUrl()).getAuthority()));

        until(() -> status().at("/document/refused").asText().contains("nowhere.pem"));
        assertThat(status().at("/document/version").asLong()).isEqualTo(1);
        assertThat(shopped().body()).isEqualTo("shop");
        assertThat(gateway("status").status()).isEqualTo(1);
    }

    @Requirement({"P6.1.4-c.4", "P6.1.4-c.5"})
    @Order(3)
    @Test
    void theConsoleShowsWhatComesAndActsOnBackends() throws Exception {
        assertThat(shopped().statusCode()).isEqualTo(200);
        try (ConsoleStaff staff = new ConsoleStaff(bank.startConsole(), bank.firstPassword())) {
            staff.add("olga", "OPERATOR", "all");
            staff.add("victor", "VIEWER", "all");
            String page = staff.visitor("victor").get("/gateway").body();
            assertThat(page).contains("shop-1", "It goes by version 1", "nowhere.pem");
            assertThat(page).doesNotContain("/gateway/drain");

            Map<String, String> wanted = Map.of("backend", "shop/shop-1", "weight", "5");
            assertThat(staff.send("victor", "/gateway/weight", wanted).statusCode()).isEqualTo(403);
            assertThat(staff.send("olga", "/gateway/weight", wanted).statusCode()).isEqualTo(303);
            assertThat(staff.send("olga", "/gateway/drain", wanted).statusCode()).isEqualTo(303);

            JsonNode backend = status().at("/pools/0/backends/0");
            assertThat(backend.path("weight").asInt()).isEqualTo(5);
            assertThat(backend.path("configured").asInt()).isEqualTo(80);
            assertThat(backend.path("order").asText()).isEqualTo("drained");
            assertThat(status().path("routes").toString()).contains("\"shop\"");
        }
        assertThat(Files.readString(home.resolve("gateway/audit.jsonl"))).contains("olga");
    }

    @Requirement("P6.1.4-a")
    @Order(4)
    @Test
    void theCommandLineNeedsNeitherConsoleNorRegistry() throws Exception {
        bank.endRegistry();

        assertThat(gateway("resume", "shop", "shop-1", "--reason", "a test").status()).isZero();
        assertThat(gateway("weight", "shop", "shop-1", "--configured").status()).isZero();

        assertThat(status().at("/pools/0/backends/0/order").asText()).isEmpty();
        assertThat(status().at("/pools/0/backends/0/weight").asInt()).isEqualTo(80);
        assertThat(shopped().body()).isEqualTo("shop");
        assertThat(gateway("config").out()).contains("shop-1");
        CommandLineRun wrong = gateway("drain", "shop", "shop-9");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err()).contains("backend: shop-9 (expected: one of [shop-1])");
    }

    private void publish(long base, String document) throws IOException {
        Path file = Files.writeString(home.resolve("gateway.yaml"), document);
        CommandLineRun set =
                CommandLineRun.ofGroup(
                        home,
                        "configuration",
                        "set",
                        "gateway",
                        "--file",
                        file.toString(),
                        "--base",
                        Long.toString(base),
                        "--reason",
                        "a test");
        assertThat(set.status()).as("%s", set).isZero();
        CommandLineRun published =
                CommandLineRun.ofGroup(
                        home, "configuration", "publish", "gateway", Long.toString(base + 1));
        assertThat(published.status()).as("%s", published).isZero();
    }

    private CommandLineRun gateway(String... command) {
        return CommandLineRun.ofGroup(home, "gateway", command);
    }

    private JsonNode status() {
        return gateway("status", "--json").json();
    }

    private HttpResponse<String> shopped() throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(bank.gatewayUrl() + "/shop/")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void until(java.util.function.BooleanSupplier holds) {
        Patience.until(timer, holds, this::status);
    }
}
