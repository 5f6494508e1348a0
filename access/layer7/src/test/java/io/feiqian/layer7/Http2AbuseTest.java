package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What clients of HTTP/2 must not do, over raw sockets: each is sent away, and the others are
 * served on.
 */
@SuppressWarnings("AddressSelection") // On this machine only; never written.
class Http2AbuseTest {
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int STREAM_CLOSED = 5;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int COMPRESSION_ERROR = 9;
    private static final int ENHANCE_YOUR_CALM = 11;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Optional<HttpServer> shop = Optional.empty();
    private Optional<Http2Door> door = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write(new byte[] {'o', 'k'});
                    exchange.close();
                });
        server.start();
        shop = Optional.of(server);
        door = Optional.of(Http2Door.of("", "", "", server.getAddress().getPort()));
    }

    @AfterEach
    void stop() {
        door.ifPresent(Http2Door::close);
        shop.ifPresent(each -> each.stop(0));
        threads.shutdownNow();
    }

    @Test
    void anHonestRequestIsAnswered() throws Exception {
        try (Http2Wire wire = wire()) {
            wire.headers(1, true, wire.get("/"));

            assertThat(wire.until("DATA", 1)).isEqualTo("ok");
        }
    }

    @Test
    void framesThatBreakTheProtocolEndTheConnection() throws Exception {
        try (Http2Wire wire = wire()) {
            wire.frame(0, 0, 5, new byte[] {1});
            assertThat(wire.ended()).as("data on no stream").isEqualTo(PROTOCOL_ERROR);
        }
        try (Http2Wire wire = wire()) {
            wire.frame(6, 0, 0, new byte[] {1, 2, 3});
            assertThat(wire.ended()).as("a ping of 3 bytes").isEqualTo(FRAME_SIZE_ERROR);
        }
        try (Http2Wire wire = wire()) {
            wire.frame(1, 5, 1, new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff});
            assertThat(wire.ended()).as("no HPACK").isEqualTo(COMPRESSION_ERROR);
        }
        try (Http2Wire wire = wire()) {
            wire.frame(1, 5, 2, wire.get("/"));
            assertThat(wire.ended()).as("a stream of the server's").isEqualTo(PROTOCOL_ERROR);
        }
        try (Http2Wire wire = wire()) {
            wire.frame(0, 0, 1, new byte[17_000]);
            assertThat(wire.ended()).as("a frame too long").isIn(FRAME_SIZE_ERROR, PROTOCOL_ERROR);
        }
        try (Http2Wire wire = wire()) {
            wire.frame(8, 0, 0, new byte[] {0x7f, -1, -1, -1});
            assertThat(wire.ended()).as("a window beyond 2^31").isEqualTo(FLOW_CONTROL_ERROR);
        }
        assertOthersAreServed();
    }

    @Test
    void headsThatHttp1CouldReadInTwoWaysGoNowhere() throws Exception {
        assertReset("x\r\ny", "1");
        assertReset("x-line", "1\r\nhost: other");
        assertReset("X-Upper", "1");
        assertReset("transfer-encoding", "chunked");
        assertReset("connection", "close");
        assertReset("te", "gzip");
        assertReset("host", "other");
        assertReset(":path", "/again");
        assertReset(":unknown", "1");
        assertReset("content-length", "5");
        assertReset("x-space", " 1");
        assertOthersAreServed();
    }

    private void assertReset(String name, String value) throws Exception {
        try (Http2Wire wire = wire()) {
            wire.headers(1, true, Http2Wire.join(wire.get("/"), Http2Wire.field(name, value)));
            assertThat(wire.reset(1)).as(name + ": " + value).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void whoSpeaksOnAStreamThatItHasEndedOrPassedOverIsSentAway() throws Exception {
        try (Http2Wire wire = wire()) {
            wire.headers(1, true, wire.get("/"));
            assertThat(wire.until("DATA", 1)).isEqualTo("ok");
            wire.headers(1, true, wire.get("/"));
            assertThat(wire.ended()).as("after its end").isEqualTo(STREAM_CLOSED);
        }
        try (Http2Wire wire = wire()) {
            wire.headers(1, false, wire.get("/"));
            wire.frame(3, 0, 1, new byte[] {0, 0, 0, 8});
            wire.headers(1, true, wire.get("/"));
            assertThat(wire.ended()).as("after it was called off").isEqualTo(STREAM_CLOSED);
        }
        try (Http2Wire wire = wire()) {
            wire.headers(5, true, wire.get("/"));
            assertThat(wire.until("DATA", 5)).isEqualTo("ok");
            wire.headers(3, true, wire.get("/"));
            assertThat(wire.ended()).as("below the newest").isEqualTo(PROTOCOL_ERROR);
        }
        assertOthersAreServed();
    }

    @Test
    void whoHasNotHeardYetThatAStreamWasEndedHereIsNotSentAway() throws Exception {
        try (Http2Door small =
                        Http2Door.of(
                                "",
                                "",
                                "\"bodyBytes\": 10",
                                shop.orElseThrow().getAddress().getPort());
                Http2Wire wire = new Http2Wire(small.port())) {
            wire.headers(1, false, Http2Wire.asked("POST"));
            wire.frame(0, 0, 1, new byte[20]);
            assertThat(wire.until("DATA", 1)).contains("\"status\":413");
            assertThat(wire.reset(1)).isZero();
            wire.frame(0, 0, 1, new byte[20]);
            wire.headers(1, true, Http2Wire.field("x-trailer", "1"));
            wire.headers(3, true, wire.get("/"));

            assertThat(wire.until("DATA", 3)).isEqualTo("ok");
        }
    }

    @Test
    void aTunnelToAnywhereIsRefused() throws Exception {
        try (Http2Wire wire = wire()) {
            wire.headers(
                    1,
                    false,
                    Http2Wire.join(
                            Http2Wire.field(":method", "CONNECT"),
                            Http2Wire.field(":authority", "db:5432")));
            assertThat(wire.until("DATA", 1)).contains("\"status\":405");
        }
    }

    @Test
    void headsBeyondTheBoundAreRefused() throws Exception {
        try (Http2Wire wire = wire()) {
            byte[] large = wire.get("/");
            for (int i = 0; i < 15; i++) {
                large = Http2Wire.join(large, Http2Wire.field("x-" + i, "v".repeat(1_000)));
            }
            wire.headers(1, true, large);
            assertThat(wire.until("DATA", 1)).as("what just fits").isEqualTo("ok");
            byte[] many = wire.get("/");
            for (int i = 0; i < 150; i++) {
                many = Http2Wire.join(many, Http2Wire.field("x-" + i, "v"));
            }
            wire.headers(3, true, many);
            assertThat(wire.until("DATA", 3)).contains("\"status\":431");
        }
    }

    @Test
    void aBombOfHeadersIsRefusedWithoutBeingUnpacked() throws Exception {
        try (Http2Wire wire = wire()) {
            byte[] again = new byte[12_000];
            // The kept field once more, by its place in the table: 36 MB in 12 kB.
            Arrays.fill(again, (byte) (0x80 | 62));
            wire.headers(
                    1,
                    true,
                    Http2Wire.join(wire.get("/"), Http2Wire.kept("x", "v".repeat(3_000)), again));
            assertThat(wire.until("DATA", 1)).isEmpty();
            wire.headers(3, true, wire.get("/"));
            assertThat(wire.until("DATA", 3)).isEqualTo("ok");
        }
        assertOthersAreServed();
    }

    @Test
    void aFloodOfContinuationsEndsTheConnection() throws Exception {
        try (Http2Wire wire = wire()) {
            wire.frame(1, 0, 1, wire.get("/"));
            try {
                for (int i = 0; i < 5_000; i++) {
                    wire.frame(9, 0, 1, Http2Wire.field("x", "1"));
                }
            } catch (IOException closed) {
                assertThat(closed).isNotNull();
            }
            assertThat(wire.ended()).isIn(ENHANCE_YOUR_CALM, -1);
        }
        assertOthersAreServed();
    }

    @Test
    void whoCallsOffWhatItBeginsAgainAndAgainIsSentAway() throws Exception {
        try (Http2Wire wire = wire()) {
            try {
                for (int id = 1; id < 4_000; id += 2) {
                    wire.headers(id, true, wire.get("/"));
                    wire.frame(3, 0, id, new byte[] {0, 0, 0, 8});
                }
            } catch (IOException closed) {
                assertThat(closed).isNotNull();
            }
            assertThat(wire.ended()).isIn(ENHANCE_YOUR_CALM, -1);
        }
        assertOthersAreServed();
    }

    @Test
    void aFloodOfPingsOrSettingsEndsTheConnection() throws Exception {
        for (int type : new int[] {6, 4}) {
            try (Http2Wire wire = wire()) {
                try {
                    for (int i = 0; i < 20_000; i++) {
                        wire.frame(type, 0, 0, new byte[type == 6 ? 8 : 0]);
                    }
                } catch (IOException closed) {
                    assertThat(closed).isNotNull();
                }
                assertThat(wire.ended()).as("type " + type).isIn(ENHANCE_YOUR_CALM, -1);
            }
        }
        assertOthersAreServed();
    }

    @Test
    void whoOpensMoreStreamsThanItMayIsRefused() throws Exception {
        try (Http2Wire wire = wire()) {
            for (int i = 0; i < Http2Client.STREAMS + 10; i++) {
                wire.headers(1 + 2 * i, false, Http2Wire.asked("POST"));
            }
            int refused = 1 + 2 * Http2Client.STREAMS;
            assertThat(wire.reset(refused)).isEqualTo(7);
            wire.frame(0, 1, 1, new byte[] {1});
            assertThat(wire.until("DATA", 1)).as("there is room again").isEqualTo("ok");
            int next = refused + 2 * 10;
            wire.headers(next, true, wire.get("/"));
            assertThat(wire.until("DATA", next)).isEqualTo("ok");
            wire.frame(0, 1, refused, new byte[] {1});
            wire.headers(next + 2, true, wire.get("/"));
            assertThat(wire.until("DATA", next + 2))
                    .as("the refusal may not have been heard yet")
                    .isEqualTo("ok");
        }
        assertOthersAreServed();
    }

    @Test
    void whoSendsMoreThanItsWindowIsSentAway() throws Exception {
        HttpServer stuck =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        CompletableFuture<Void> go = new CompletableFuture<>();
        stuck.createContext("/", exchange -> go.join());
        stuck.start();
        try (Http2Door other =
                        Http2Door.of(
                                "", "", "\"bodyBytes\": 1000000000", stuck.getAddress().getPort());
                Http2Wire wire = new Http2Wire(other.port())) {
            wire.headers(1, false, Http2Wire.asked("POST"));
            try {
                for (int i = 0; i < 4_000; i++) {
                    wire.frame(0, 0, 1, new byte[16_384]);
                }
            } catch (IOException closed) {
                assertThat(closed).isNotNull();
            }
            assertThat(wire.endedOrReset(1)).isIn(FLOW_CONTROL_ERROR, -1);
        } finally {
            go.complete(null);
            stuck.stop(0);
        }
    }

    private void assertOthersAreServed() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(
                            client.sendAsync(
                                            HttpRequest.newBuilder(
                                                            URI.create(
                                                                    "http://127.0.0.1:"
                                                                            + door.orElseThrow()
                                                                                    .port()))
                                                    .version(HttpClient.Version.HTTP_1_1)
                                                    .build(),
                                            BodyHandlers.ofString())
                                    .get(20, TimeUnit.SECONDS)
                                    .body())
                    .isEqualTo("ok");
        }
        assertThat(door.orElseThrow().layer.requests()).as("left over").isLessThan(400);
    }

    private Http2Wire wire() throws IOException {
        return new Http2Wire(door.orElseThrow().port());
    }
}
