package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.security.SelfSigned;
import io.feiqian.vocabulary.Requirement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of backends get smaller on their way to who wants that, and mean what they meant. */
@Requirement("S.gw-2")
@Timeout(60)
@SuppressWarnings({"StringConcatToTextBlock", "AddressSelection"}) // Line ends matter; here only.
class CompressionTest {
    private static final String STATEMENT =
            "{\"entries\": ["
                    + "{\"day\": \"2026-01-31\", \"amount\": \"12.50\", \"to\": \"Grocer\"},"
                            .repeat(600)
                    + "{}]}";
    private static final String JSON = "Content-Type: application/json; charset=utf-8";
    private static final String ON =
            "\"compression\": {\"types\": [\"application/json\", \"text/*\"]}";

    @TempDir private Path folder = Path.of("");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Shop shop = new Shop("one");
    private int port;

    @BeforeEach
    void start() {
        open.push(shop);
        shop.behave((wire, request) -> wire.send(Shop.answer(STATEMENT, JSON, "ETag: \"v1\"")));
        port = door("", ON);
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private int door(String listener, String route) {
        Http2Door door = Http2Door.of(listener, "", route, shop.port());
        open.push(door);
        return door.port();
    }

    private static String get(String... fields) {
        return "GET /statement HTTP/1.1\r\nHost: bank\r\n"
                + String.join("", Arrays.stream(fields).map(each -> each + "\r\n").toList())
                + "\r\n";
    }

    private Wire.Message ask(String... fields) {
        return Wire.exchange(port, get(fields));
    }

    private static String unpacked(Wire.Message answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.ISO_8859_1);
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whoTakesItGetsTheSameInAFewBytes() throws Exception {
        shop.behave((wire, request) ->
                wire.send(
                        Shop.answer(
                                STATEMENT,
                                JSON,
                                "ETag: \"v1\"",
                                "Accept-Ranges: bytes",
                                "X-A: b")));
        Wire.Message answer = ask("Accept-Encoding: br, gzip;q=0.8");

        assertThat(answer.whole()).isTrue();
        assertThat(answer.field("content-encoding")).isEqualTo("gzip");
        assertThat(answer.field("vary")).isEqualTo("accept-encoding");
        assertThat(answer.field("etag")).isEqualTo("W/\"v1\"");
        assertThat(answer.field("x-a")).isEqualTo("b");
        assertThat(answer.fields()).doesNotContainKeys("content-length", "accept-ranges");
        assertThat(answer.body().length()).isLessThan(STATEMENT.length() / 10);
        assertThat(unpacked(answer)).isEqualTo(STATEMENT);
    }

    @Test
    void whoDoesNotTakeItGetsWhatTheBackendSaid() {
        Wire.Message answer = ask();

        assertThat(answer.body()).isEqualTo(STATEMENT);
        assertThat(answer.field("etag")).isEqualTo("\"v1\"");
        assertThat(answer.field("vary")).as("caches are told").isEqualTo("accept-encoding");
        assertThat(answer.fields()).doesNotContainKey("content-encoding");
    }

    @Test
    void aRouteThatDoesNotSaySoChangesNothing() {
        int off = door("", "");
        Wire.Message answer = Wire.exchange(off, get("Accept-Encoding: gzip"));

        assertThat(answer.body()).isEqualTo(STATEMENT);
        assertThat(answer.fields()).doesNotContainKeys("vary", "content-encoding");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|Content-Type: application/json|Content-Encoding: br",
                "HTTP/1.1 200 OK|Content-Type: image/png",
                "HTTP/1.1 200 OK",
                "HTTP/1.1 206 Partial Content|Content-Type: text/plain",
                "HTTP/1.1 200 OK|Content-Type: text/plain|Content-Range: bytes 0-9/10",
                "HTTP/1.1 200 OK|Content-Type: text/plain|Cache-Control: public, No-Transform",
                "HTTP/1.1 200 OK|Content-Type: text/plain|Content-Digest: sha-256=:abc:",
                "HTTP/1.1 200 OK|Content-Type: text/plain|Repr-Digest: sha-256=:abc:",
            })
    void whatMustStayAsItIsStays(String head) {
        shop.behave((wire, request) ->
                wire.send(
                        head.replace("|", "\r\n")
                                + "\r\nContent-Length: "
                                + STATEMENT.length()
                                + "\r\n\r\n"
                                + STATEMENT));
        assertThat(ask("Accept-Encoding: gzip").body()).isEqualTo(STATEMENT);
    }

    @Test
    void whatFitsAPacketStays() {
        String little = "x".repeat(1_023);
        shop.behave((wire, request) -> wire.send(Shop.answer(little, JSON)));
        assertThat(ask("Accept-Encoding: gzip").body()).isEqualTo(little);
    }

    /** Another page can have a browser ask, and see how long the answer is (BREACH). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie: session=1",
                "Authorization: Basic YTpi",
                "Authorization: Negotiate abc",
                "Cache-Control: no-transform",
            })
    void whatABrowserMayHaveAskedUnknowinglyStays(String field) throws Exception {
        assertThat(ask("Accept-Encoding: gzip", field).body()).isEqualTo(STATEMENT);
        assertThat(unpacked(ask("Accept-Encoding: gzip", "Authorization: Bearer abc")))
                .isEqualTo(STATEMENT);

        port = door("", ON.replace("]}", "], \"ambient\": true}"));
        assertThat(ask("Accept-Encoding: gzip", field).field("content-encoding"))
                .isEqualTo(field.startsWith("Cache") ? "" : "gzip");
    }

    @Test
    void answersWithoutABodyStayWithoutOne() {
        shop.behave((wire, request) ->
                wire.send(
                        request.first().startsWith("HEAD")
                                ? "HTTP/1.1 200 OK\r\n" + JSON + "\r\nContent-Length: 50000\r\n\r\n"
                                : "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n"));
        try (Wire wire = new Wire(port)) {
            Wire.Message head =
                    wire.send(get("Accept-Encoding: gzip").replace("GET", "HEAD")).read(false);
            assertThat(head.field("content-length")).isEqualTo("50000");
            assertThat(head.fields()).doesNotContainKey("content-encoding");
            Wire.Message known =
                    wire.send(get("Accept-Encoding: gzip", "If-None-Match: W/\"v1\"")).read(false);
            assertThat(known.status()).isEqualTo(304);
            assertThat(known.field("etag")).isEqualTo("W/\"v1\"");
            assertThat(known.field("vary")).isEqualTo("accept-encoding");
            // The connection is none the worse for it.
            shop.behave((on, request) -> on.send(Shop.answer("ok")));
            assertThat(wire.send(get()).read().body()).isEqualTo("ok");
        }
    }

    @Test
    void aClientOfHttp10GetsWhatItCanRead() {
        Wire.Message answer =
                Wire.exchange(
                        port, "GET / HTTP/1.0\r\nHost: bank\r\nAccept-Encoding: gzip\r\n\r\n");
        assertThat(answer.body()).isEqualTo(STATEMENT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|true",
                "x-gzip|true",
                "deflate, GZIP ; q=1.0, br|true",
                "*|true",
                "br, *;q=0.1|true",
                "''|false",
                "br|false",
                "gzip;q=0|false",
                "gzip;q=0.000, *|false",
                "*;q=0|false",
                "identity, gzip;q=0.5|false",
                "identity;q=0.5, gzip|true",
                "gzip;q=soon|false",
                "gzip;level=9|false",
            })
    void itIsPackedAsTheClientWantsIt(String accepted, boolean packed) {
        assertThat(Packing.takesGzip(accepted)).isEqualTo(packed);
    }

    @Test
    void whateverPiecesAnAnswerComesInItIsTheSame() throws Exception {
        Random random = new Random(42);
        for (int round = 0; round < 30; round++) {
            String body = STATEMENT.substring(0, random.nextInt(STATEMENT.length()));
            List<String> pieces = pieces(body, random);
            boolean known = random.nextBoolean();
            shop.behave((wire, request) -> {
                wire.send(
                        "HTTP/1.1 200 OK\r\n%s\r\n%s\r\n\r\n"
                                .formatted(
                                        JSON,
                                        known
                                                ? "Content-Length: " + body.length()
                                                : "Transfer-Encoding: chunked"));
                for (String each : pieces) {
                    wire.send(known ? each : chunk(each));
                }
                wire.send(known ? "" : "0\r\nX-Sum: 7\r\n\r\n");
            });
            Wire.Message answer = ask("Accept-Encoding: gzip");
            boolean packed = answer.fields().containsKey("content-encoding");
            assertThat(packed).isEqualTo(!known || body.length() >= 1_024);
            assertThat(answer.whole()).as("round " + round).isTrue();
            assertThat(packed ? unpacked(answer) : answer.body()).isEqualTo(body);
            assertThat(answer.field("trailer-x-sum")).isEqualTo(known ? "" : "7");
        }
    }

    private static List<String> pieces(String body, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < body.length(); ) {
            int to = Math.min(body.length(), from + 1 + random.nextInt(9_000));
            pieces.add(body.substring(from, to));
            from = to;
        }
        return pieces;
    }

    private static String chunk(String piece) {
        return Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n";
    }

    @Test
    void anEventIsReadBeforeTheNextOneIsSent() throws Exception {
        SynchronousQueue<String> events = new SynchronousQueue<>();
        shop.behave((wire, request) -> {
            wire.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n");
            for (String next = next(events); !next.isEmpty(); next = next(events)) {
                wire.send(chunk(next));
            }
            wire.send("0\r\n\r\n");
        });
        for (String protocol : List.of("HTTP_1_1", "HTTP_2")) {
            try (HttpClient client = client(protocol)) {
                HttpResponse<InputStream> answer = send(client, BodyHandlers.ofInputStream());
                assertThat(answer.version().name()).isEqualTo(protocol);
                assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
                assertThat(events.offer("data: first\n", 10, TimeUnit.SECONDS)).isTrue();
                InputStream plain = new GZIPInputStream(answer.body());
                for (int i = 0; i < 5; i++) {
                    assertThat(line(plain)).isEqualTo(i == 0 ? "data: first" : "data: " + i);
                    assertThat(events.offer("data: " + (i + 1) + "\n", 10, TimeUnit.SECONDS))
                            .isTrue();
                }
                assertThat(line(plain)).isEqualTo("data: 5");
                assertThat(events.offer("", 10, TimeUnit.SECONDS)).isTrue();
                assertThat(plain.read()).isNegative();
            }
        }
    }

    private static String next(SynchronousQueue<String> events) throws IOException {
        try {
            return events.take();
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void clientsOfHttp2GetItToo() throws Exception {
        try (HttpClient client = client("HTTP_2")) {
            HttpResponse<byte[]> answer = send(client, BodyHandlers.ofByteArray());

            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
            assertThat(answer.headers().firstValue("content-length")).isEmpty();
            try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
                assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(STATEMENT);
            }
        }
    }

    private HttpClient client(String version) throws Exception {
        SelfSigned own = SelfSigned.here(folder.resolve(version), "gateway");
        port =
                door(
                        "\"tls\": {\"certificates\": [{\"certificate\": \"%s\", \"key\": \"%s\"}]}"
                                .formatted(own.certificate(), own.key()),
                        ON);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.valueOf(version))
                .sslContext(SelfSigned.client(own))
                .build();
    }

    private <T> HttpResponse<T> send(HttpClient client, HttpResponse.BodyHandler<T> handler)
            throws Exception {
        return client.sendAsync(
                        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port))
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        handler)
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void aClientThatDoesNotReadHoldsTheBackendBack() throws Exception {
        int megabytes = 64;
        CountDownLatch tooMuch = new CountDownLatch(1);
        byte[] noise = new byte[1 << 20];
        new Random(7).nextBytes(noise);
        shop.behave((wire, request) -> {
            wire.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                            + (megabytes << 20)
                            + "\r\n\r\n");
            for (int i = 0; i < megabytes; i++) {
                wire.send(noise);
                if (i == megabytes / 2) {
                    tooMuch.countDown();
                }
            }
        });
        try (HttpClient client = client("HTTP_1_1")) {
            HttpResponse<InputStream> answer = send(client, BodyHandlers.ofInputStream());
            assertThat(tooMuch.await(2, TimeUnit.SECONDS))
                    .as("32 MB went into a way in whose client reads nothing")
                    .isFalse();
            try (InputStream plain = new GZIPInputStream(answer.body())) {
                for (int i = 0; i < megabytes; i++) {
                    assertThat(plain.readNBytes(noise.length)).isEqualTo(noise);
                }
                assertThat(plain.read()).isNegative();
            }
        }
    }

    @Test
    void soManyAtATimeAndWhoComesLaterGetsItAsItIs() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        shop.behave((wire, request) -> {
            wire.send(
                    "HTTP/1.1 200 OK\r\n"
                            + JSON
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk(STATEMENT));
            try {
                go.await();
            } catch (InterruptedException stop) {
                throw new IOException(stop);
            }
            wire.send("0\r\n\r\n");
        });
        // Two event loops, each with so many.
        int many = 3 * Gzips.MOST;
        List<Wire> wires = new ArrayList<>();
        int packed = 0;
        for (int i = 0; i < many; i++) {
            Wire wire = new Wire(port).send(get("Accept-Encoding: gzip"));
            wires.add(wire);
            packed += wire.read(false).fields().containsKey("content-encoding") ? 1 : 0;
        }
        assertThat(packed).isBetween(Gzips.MOST, 2 * Gzips.MOST);
        // All of them leave in the middle; then there is room again, on both event loops.
        wires.forEach(Wire::reset);
        go.countDown();
        shop.behave((wire, request) -> wire.send(Shop.answer(STATEMENT, JSON)));
        int inARow = 0;
        for (int i = 0; i < 2_000 && inARow < 8; i++) {
            boolean again = ask("Accept-Encoding: gzip").fields().containsKey("content-encoding");
            inARow = again ? inARow + 1 : 0;
        }
        assertThat(inARow).as("answers in a row that were packed").isEqualTo(8);
    }
}
