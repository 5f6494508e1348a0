package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.cli.Json;
import io.feiqian.routing.RouteMap;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Requirement;
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
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways of one bank: who is spoken to, who goes by what, and what one knows by itself. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewaysTest {
    private static final String SECOND = "gateway-2";
    private static final String KNOWN = "13800000000";

    private final Timer timer = Timer.system("gateways-test");
    private final HttpClient client = HttpClient.newHttpClient();
    private final StopInOrder parts = new StopInOrder();
    private BankInOneProcess bank;
    private HttpServer directory;
    private Path home;
    private int port;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        home = folder;
        bank = BankInOneProcess.start(folder, RouteMap.evenly(1), 1, "");
        bank.publish();
        directory = answering(exchange -> exchange.contains(KNOWN) ? "70000000000016" : "");
        HttpServer shop = answering(_ -> "shop");
        parts.add(() -> shop.stop(0));
        Path document = home.resolve("gateway/gateway.json");
        ObjectNode told = (ObjectNode) Json.MAPPER.readTree(Files.readString(document));
        Path own = Files.createDirectories(home.resolve(SECOND));
        told.put("name", SECOND)
                .put("folder", own.toString())
                .put("snapshotFile", own.resolve("registry-snapshot").toString())
                .put("directory", "http://127.0.0.1:" + directory.getAddress().getPort() + "/");
        told.set(
                "proxy",
                Json.MAPPER.readTree(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                         "routes": [{"name": "phones", "pool": "shop",
                           "cell": {"keys": [{"from": "HEADER", "at": "X-Phone", "as": "PHONE"}]}}],
                         "pools": [{"name": "shop", "backends": [
                           {"id": "shop-1", "address": "127.0.0.1:%d", "cell": "cell-1"}]}]}
                        """
                                .formatted(shop.getAddress().getPort())));
        parts.add(GatewayRole.start(GatewayRoleConfig.TYPE.parse(told.toString()), Clock.system()));
        port =
                URI.create("http://" + status(SECOND).at("/listeners/0/addresses/0").asText())
                        .getPort();
    }

    @AfterAll
    void stop() {
        parts.close();
        directory.stop(0);
        bank.close();
        client.close();
        timer.close();
    }

    @Order(1)
    @Test
    void aCommandSaysWhichGatewayItSpeaksToAndAsksWhereSeveralRun() {
        CommandLineRun unnamed = gateway("status");
        assertThat(unnamed.status()).isEqualTo(2);
        assertThat(unnamed.err())
                .contains(
                        "gateway: not named (expected: --gateway with one of [gateway, gateway-2])");

        CommandLineRun second = gateway("status", "--gateway", SECOND);
        assertThat(second.out()).startsWith("gateway gateway-2 (http://127.0.0.1:");
        assertThat(second.out()).contains("shop-1").contains("contract feiqian.");
        assertThat(gateway("status", "--gateway", home.resolve(SECOND).toString()).out())
                .startsWith("gateway gateway-2 (");
        assertThat(gateway("status", "--gateway", "gateway").out()).startsWith("gateway gateway (");

        CommandLineRun drained =
                gateway("drain", "shop", "shop-1", "--gateway", SECOND, "--reason", "a test");
        assertThat(drained.out()).contains("drain shop-1 of shop, at gateway-2 (http://127.0.0.1:");
        assertThat(gateway("resume", "shop", "shop-1", "--gateway", SECOND).status()).isZero();

        CommandLineRun unknown = gateway("status", "--gateway", "gateway-3");
        assertThat(unknown.status()).isEqualTo(5);
        assertThat(unknown.err()).contains("no \"gateway-3\" runs here", "gateway, gateway-2");
    }

    @Requirement("D5.5-c")
    @Order(2)
    @Test
    void whoseAKeyIsGoesOnToBeKnownWhenTheDirectoryIsDead() throws Exception {
        assertThat(byPhone(KNOWN).body()).isEqualTo("shop");

        directory.stop(0);

        assertThat(byPhone(KNOWN).body()).isEqualTo("shop");
        assertThat(byPhone("13900000000").statusCode()).isEqualTo(503);
        JsonNode cell = status(SECOND).at("/cells/0");
        assertThat(cell.path("name").asText()).isEqualTo("cell-1");
        assertThat(cell.path("requests").asLong()).isPositive();
        assertThat(cell.path("p99Micros").asLong()).isPositive();
    }

    @Order(3)
    @Test
    void theConsoleShowsAllAndMarksTheOneThatGoesByAnOlderDocument() throws Exception {
        // Both are to listen at the same port of this machine: one of them cannot.
        publish(
                """
                listeners:
                  - {name: http, addresses: ["%s"]}
                routes:
                  - {name: api, api: true}
                """
                        .formatted(URI.create(bank.gatewayUrl()).getAuthority()));
        until(() -> status("gateway").at("/document/version").asLong() == 1);
        until(() -> !status(SECOND).at("/document/refused").asText().isEmpty());

        try (ConsoleStaff staff = new ConsoleStaff(bank.startConsole(), bank.firstPassword())) {
            staff.add("victor", "VIEWER", "all");
            String page = staff.visitor("victor").get("/gateway").body();
            assertThat(page).contains("All gateways", "gateway-2", "not what it is to go by");
            assertThat(row(page, "gateway")).doesNotContain("not what it is to go by");
            assertThat(row(page, SECOND)).contains("not what it is to go by");
            assertThat(staff.visitor("victor").get("/gateway?gateway=" + SECOND).body())
                    .contains("shop-1");
        }
    }

    private static String row(String page, String name) {
        int begin = page.indexOf("/gateway?gateway=" + name + "\"");
        return page.substring(begin, page.indexOf("</tr>", begin));
    }

    private void publish(String document) throws IOException {
        Path file = Files.writeString(home.resolve("next.yaml"), document);
        CommandLineRun set =
                CommandLineRun.ofGroup(
                        home,
                        "configuration",
                        "set",
                        "gateway",
                        "--file",
                        file.toString(),
                        "--base",
                        "0",
                        "--reason",
                        "a test");
        assertThat(set.status()).as("%s", set).isZero();
        CommandLineRun published =
                CommandLineRun.ofGroup(home, "configuration", "publish", "gateway", "1");
        assertThat(published.status()).as("%s", published).isZero();
    }

    private HttpResponse<String> byPhone(String phone) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                        .header("X-Phone", phone)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private CommandLineRun gateway(String... command) {
        return CommandLineRun.ofGroup(home, "gateway", command);
    }

    private JsonNode status(String name) {
        return gateway("status", "--gateway", name, "--json").json();
    }

    private void until(BooleanSupplier holds) {
        Patience.until(timer, holds, () -> status(SECOND));
    }

    /** A server that answers what this says of a request's body; 404 for nothing. */
    private static HttpServer answering(UnaryOperator<String> says) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        var _ =
                server.createContext(
                        "/",
                        exchange -> {
                            String asked =
                                    new String(
                                            exchange.getRequestBody().readAllBytes(),
                                            StandardCharsets.UTF_8);
                            String said = says.apply(asked);
                            byte[] body =
                                    (asked.contains("PHONE")
                                                    ? "{\"customer\":\"" + said + "\"}"
                                                    : said)
                                            .getBytes(StandardCharsets.UTF_8);
                            exchange.sendResponseHeaders(said.isEmpty() ? 404 : 200, body.length);
                            exchange.getResponseBody().write(body);
                            exchange.close();
                        });
        server.start();
        return server;
    }
}
