package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients and backends that speak different versions of HTTP, with TLS and without. */
@SuppressWarnings("AddressSelection") // On this machine only; never written.
class Http2CrossingTest {
    @TempDir private Path folder = Path.of("");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private int shop;
    private String tls = "";
    private String backendTls = "";
    private SSLContext trusting = defaultContext();

    private static SSLContext defaultContext() {
        try {
            return SSLContext.getDefault();
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @BeforeEach
    void start() throws Exception {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        server.setExecutor(threads);
        server.createContext("/", Http2CrossingTest::serve);
        server.start();
        open.push(() -> server.stop(0));
        shop = server.getAddress().getPort();
        SelfSigned own = SelfSigned.of(folder, "gateway", "dns:localhost,ip:127.0.0.1", 30);
        tls =
                "\"tls\": {\"certificates\": [{\"certificate\": \"%s\", \"key\": \"%s\"}]}"
                        .formatted(own.certificate(), own.key());
        backendTls = "\"tls\": {\"authorities\": \"%s\"}".formatted(own.certificate());
        trusting = SelfSigned.client(own);
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        threads.shutdownNow();
    }

    @Requirement("S.gw-3")
    @Test
    void aClientOfHttp2ReachesABackendOfHttp1() throws Exception {
        int port = door(tls, "", shop);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            HttpResponse<String> answer = ask(client, "https", port, "/echo?a=b", "hello");

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("POST /echo?a=b https hello");
        }
    }

    @Requirement("S.gw-3")
    @Test
    void aClientOfHttp1ReachesABackendOfHttp2() throws Exception {
        int inner = door("", "", shop);
        int port = door("\"http2\": false", "\"protocol\": \"HTTP2\"", inner);
        try (HttpClient client = client(HttpClient.Version.HTTP_1_1)) {
            HttpResponse<String> answer = ask(client, "http", port, "/echo", "hello");

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(answer.body()).isEqualTo("POST /echo http hello");
            assertThat(ask(client, "http", port, "/nothing", "x").statusCode()).isEqualTo(204);
            assertThat(ask(client, "http", port, "/empty", "x").headers().firstValue("x-kind"))
                    .contains("empty");
        }
    }

    @Test
    void http2AndTlsAreSpokenAtBothEnds() throws Exception {
        int inner = door(tls, "", shop);
        int port = door(tls, "\"protocol\": \"HTTP2\", " + backendTls, inner);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            HttpResponse<String> answer = ask(client, "https", port, "/echo", "hello");

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("POST /echo https hello");
        }
    }

    @Requirement({"P6.1.1-b", "P6.1.3-d"})
    @Test
    void requestsOfHttpAndHttpsAreSpreadOverTheBackends() throws Exception {
        int one = door("", "", shop);
        int other = fixed("other");
        for (String listener : List.of("", tls)) {
            String scheme = listener.isEmpty() ? "http" : "https";
            for (HttpClient.Version version : HttpClient.Version.values()) {
                Http2Door door =
                        Http2Door.of(
                                listener,
                                "\"protocol\": \"HTTP2\", \"way\": \"ROUND_ROBIN\"",
                                "",
                                one,
                                other);
                open.push(door);
                try (HttpClient client = client(version)) {
                    List<String> answers = new ArrayList<>();
                    for (int i = 0; i < 10; i++) {
                        answers.add(ask(client, scheme, door.port(), "/echo", "a").body());
                    }
                    assertThat(answers.stream().filter("other"::equals))
                            .as(scheme + " " + version)
                            .hasSize(5);
                }
            }
        }
    }

    @Test
    void aBackendOfTlsIsSpokenToByTheNameThatIsExpectedAndNoOther() throws Exception {
        int inner = door(tls, "", shop);
        for (String protocol : List.of("HTTP1", "HTTP2")) {
            String right = "\"protocol\": \"%s\", %s".formatted(protocol, backendTls);
            String wrong = right.replace("}", ", \"name\": \"other.example.com\"}");
            try (HttpClient client = client(HttpClient.Version.HTTP_1_1)) {
                assertThat(ask(client, "http", door("", right, inner), "/echo", "a").body())
                        .as(protocol)
                        .isEqualTo("POST /echo https a");
                HttpResponse<String> refused =
                        ask(client, "http", door("", wrong, inner), "/echo", "a");
                assertThat(refused.statusCode()).as(protocol).isEqualTo(503);
            }
        }
    }

    @Test
    void aBackendThatTheGatewayDoesNotTrustIsNotSpokenTo() throws Exception {
        int inner = door(tls, "", shop);
        for (String protocol : List.of("HTTP1", "HTTP2")) {
            int port = door("", "\"protocol\": \"%s\", \"tls\": {}".formatted(protocol), inner);
            try (HttpClient client = client(HttpClient.Version.HTTP_1_1)) {
                assertThat(ask(client, "http", port, "/echo", "hello").statusCode())
                        .as(protocol)
                        .isEqualTo(503);
            }
        }
    }

    @Test
    void largeBodiesPassBothWays() throws Exception {
        String much = "0123456789abcdef".repeat(200_000);
        int inner = door(tls, "", shop);
        int port = door(tls, "\"protocol\": \"HTTP2\", " + backendTls, inner);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            assertThat(ask(client, "https", port, "/echo", much).body())
                    .isEqualTo("POST /echo https " + much);
        }
    }

    @Test
    void manyRequestsAtATimeShareAConnection() throws Exception {
        int inner = door("", "", shop);
        int port = door(tls, "\"protocol\": \"HTTP2\", \"connections\": 2", inner);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            List<CompletableFuture<HttpResponse<String>>> all =
                    IntStream.range(0, 200)
                            .mapToObj(i ->
                                    client.sendAsync(
                                            request("https", port, "/echo", "no " + i),
                                            BodyHandlers.ofString()))
                            .toList();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).get(30, TimeUnit.SECONDS).body())
                        .isEqualTo("POST /echo http no " + i);
            }
        }
    }

    @Test
    void curlSpeaksHttp2WithoutTlsAtOnce() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/curl")),
                "no curl on this machine: HTTP/2 without TLS is tried with other clients alone");
        int port = door("", "", shop);
        Path printed = folder.resolve("curl.txt");
        Process curl =
                new ProcessBuilder(
                                "curl",
                                "-s",
                                "--http2-prior-knowledge",
                                "-H",
                                "cookie: a=1",
                                "-H",
                                "cookie: b=2",
                                "-w",
                                " %{http_version} %{http_code}",
                                "http://127.0.0.1:" + port + "/cookies")
                        .redirectErrorStream(true)
                        .redirectOutput(printed.toFile())
                        .start();
        assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(printed)).isEqualTo("[a=1; b=2] 2 200");
    }

    @Test
    void whoIsAskedToLeaveHasItsAnswerFirst() throws Exception {
        Http2Door door = Http2Door.of(tls, "", "", shop);
        open.push(door);
        try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
            CompletableFuture<HttpResponse<String>> slow =
                    client.sendAsync(
                            request("https", door.port(), "/slow", "x"), BodyHandlers.ofString());
            ENTERED.get(10, TimeUnit.SECONDS);
            CompletableFuture<Boolean> stopped =
                    CompletableFuture.supplyAsync(() -> door.stop(Duration.ofSeconds(20)), threads);
            GO.complete(null);

            assertThat(slow.get(20, TimeUnit.SECONDS).body()).isEqualTo("slow");
            assertThat(stopped.get(20, TimeUnit.SECONDS)).as("all were answered").isTrue();
        }
    }

    private static final CompletableFuture<Void> ENTERED = new CompletableFuture<>();
    private static final CompletableFuture<Void> GO = new CompletableFuture<>();

    /** One that answers by itself. */
    private int fixed(String answer) {
        Http2Door door =
                new Http2Door(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                         "routes": [{"name": "all", "answer": {"body": "%s"}}]}
                        """
                                .formatted(answer));
        open.push(door);
        return door.port();
    }

    private int door(String listener, String pool, int backend) {
        Http2Door door = Http2Door.of(listener, pool, "", backend);
        open.push(door);
        return door.port();
    }

    private HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder().version(version).sslContext(trusting).build();
    }

    private static HttpResponse<String> ask(
            HttpClient client, String scheme, int port, String path, String body) throws Exception {
        return client.sendAsync(request(scheme, port, path, body), BodyHandlers.ofString())
                .get(30, TimeUnit.SECONDS);
    }

    private static HttpRequest request(String scheme, int port, String path, String body) {
        return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static void serve(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String answer =
                switch (exchange.getRequestURI().getPath()) {
                    case "/cookies" -> String.valueOf(exchange.getRequestHeaders().get("Cookie"));
                    case "/slow" -> {
                        ENTERED.complete(null);
                        GO.join();
                        yield "slow";
                    }
                    case "/nothing", "/empty" -> "";
                    default ->
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestURI()
                                    + " "
                                    + exchange.getRequestHeaders().getFirst("X-Forwarded-Proto")
                                    + " "
                                    + new String(body, StandardCharsets.UTF_8);
                };
        boolean nothing = exchange.getRequestURI().getPath().equals("/nothing");
        exchange.getResponseHeaders().add("X-Kind", answer.isEmpty() ? "empty" : "full");
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(nothing ? 204 : 200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
