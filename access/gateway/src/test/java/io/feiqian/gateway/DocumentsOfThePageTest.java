package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;
import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway goes by every document that docs/gateway.md shows, and does what the page says. */
@Timeout(60)
class DocumentsOfThePageTest {
    private static final Path PAGE = Path.of("../../docs/gateway.md");
    private static final Pattern BLOCK =
            Pattern.compile("## ([^\n]*)\n(?:(?!\n## ).)*?```yaml\n(.*?)```", Pattern.DOTALL);
    private static final String PASSWORD = "for-the-test";

    @TempDir private Path folder;
    private final Telemetry telemetry = Telemetry.start(TelemetryConfig.local("gateway", "page"));
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer one;
    private HttpServer two;
    private DatagramSocket echo;

    @BeforeEach
    void start() throws Exception {
        one = named("one");
        two = named("two");
        echo = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        var _ = Thread.ofVirtual().start(this::echo);
        pem("bank");
        pem("partners");
        Files.writeString(
                folder.resolve("tickets.txt"),
                Base64.getEncoder().encodeToString(new byte[48]) + "\n");
    }

    @AfterEach
    void stop() {
        one.stop(0);
        two.stop(0);
        echo.close();
        client.close();
        telemetry.close();
    }

    @Test
    void everyDocumentIsTakenByAGateway() throws Exception {
        List<MatchResult> all = BLOCK.matcher(Files.readString(PAGE)).results().toList();

        assertThat(all).hasSizeGreaterThan(8);
        for (MatchResult each : all) {
            try (Gateway gateway = gateway(each.group(2))) {
                assertThat(gateway.plane().addresses().values())
                        .as(each.group(1))
                        .isNotEmpty()
                        .allMatch(at -> !at.isEmpty());
            }
        }
    }

    @Test
    void requestsGoToWebServersByWeight() throws Exception {
        try (Gateway gateway = gateway(document("Requests to web servers"))) {
            assertThat(get(gateway, "/").body()).isIn("one", "two");
        }
    }

    @Test
    void whoNamesItselfATesterGetsTheNewVersion() throws Exception {
        try (Gateway gateway = gateway(document("A new version"))) {
            assertThat(get(gateway, "/shop/", "X-Tester", "me").body()).isEqualTo("two");
            assertThat(get(gateway, "/elsewhere").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void answersOfItsOwnNeedNobody() throws Exception {
        try (Gateway gateway = gateway(document("Answers of its own"))) {
            assertThat(get(gateway, "/up").body()).isEqualTo("up\n");
            assertThat(get(gateway, "/old/page").statusCode()).isEqualTo(410);
            HttpResponse<String> secure = get(gateway, "/a?b=c");
            assertThat(secure.statusCode()).isEqualTo(308);
            assertThat(secure.headers().firstValue("location"))
                    .hasValue("https://bank.example.com/a?b=c");
        }
    }

    @Test
    void connectionsAndDatagramsArePassedOn() throws Exception {
        try (Gateway gateway = gateway(document("Connections without looking"));
                Socket plain = new Socket();
                DatagramSocket asking = new DatagramSocket()) {
            plain.connect(at(gateway, "tls"));
            plain.getOutputStream()
                    .write("GET / HTTP/1.0\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(plain.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).endsWith("one");

            asking.setSoTimeout(10_000);
            byte[] question = "what time is it".getBytes(StandardCharsets.US_ASCII);
            asking.send(new DatagramPacket(question, question.length, at(gateway, "time")));
            DatagramPacket came = new DatagramPacket(new byte[100], 100);
            asking.receive(came);
            assertThat(new String(came.getData(), 0, came.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo("what time is it");
        }
    }

    @Test
    void whatWasAskedForIsWritten() throws Exception {
        try (Gateway gateway = gateway(document("What was asked for"))) {
            assertThat(get(gateway, "/path?secret=1").body()).isEqualTo("one");
        }

        assertThat(Files.readString(folder.resolve("access.log")))
                .contains("/path")
                .doesNotContain("secret");
    }

    private Gateway gateway(String document) {
        String here =
                document.replace("127.0.0.1:9001", "127.0.0.1:" + one.getAddress().getPort())
                        .replace("127.0.0.1:9002", "127.0.0.1:" + two.getAddress().getPort())
                        .replace("127.0.0.1:9003", "127.0.0.1:" + echo.getLocalPort())
                        .replace("access.log", folder.resolve("access.log").toString())
                        .replace("tickets.txt", folder.resolve("tickets.txt").toString())
                        .replaceAll(
                                "\\b(bank|partners)\\.(pem|key)",
                                Matcher.quoteReplacement(folder + "/") + "$1.$2");
        return Gateway.start(
                ProxyConfig.type().parse(here),
                Gateway.Setting.alone("page", Optional.empty()),
                Transport.open(Transport.Kind.EPOLL, 1),
                telemetry,
                Clock.system());
    }

    private static String document(String title) throws IOException {
        return BLOCK.matcher(Files.readString(PAGE))
                .results()
                .filter(each -> each.group(1).startsWith(title))
                .map(each -> each.group(2))
                .findFirst()
                .orElseThrow();
    }

    private static InetSocketAddress at(Gateway gateway, String listener) {
        return gateway.plane().addresses().getOrDefault(listener, List.of()).getFirst();
    }

    private HttpResponse<String> get(Gateway gateway, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d%s".formatted(gateway.port(), path)));
        if (headers.length > 0) {
            var _ = request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpServer named(String name) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
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

    private void echo() {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        while (!echo.isClosed()) {
            try {
                packet.setLength(100);
                echo.receive(packet);
                echo.send(packet);
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** A certificate with its key, signed by itself, as the page's documents name them. */
    private void pem(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process made =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        write(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
        write(name + ".pem", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    }

    private void write(String file, String what, byte[] bytes) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes)));
    }
}
