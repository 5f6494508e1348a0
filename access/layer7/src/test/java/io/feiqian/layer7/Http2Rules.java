package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestInstance;

/**
 * Rules that a server of HTTP/2 has to keep, each tried with a connection of its own against a
 * listener before a backend of HTTP/1.1. Where a stream must be ended the connection may be, and a
 * connection may be closed without a word (RFC 9113, 5.4).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Http2Rules {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST = 3;
    static final int SETTINGS = 4;
    static final int PUSH = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW = 8;
    static final int CONTINUATION = 9;

    static final int END = 1;
    static final int ACK = 1;
    static final int HEAD_OVER = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 32;

    static final int PROTOCOL = 1;
    static final int FLOW = 3;
    static final int CLOSED = 5;
    static final int SIZE = 6;
    static final int REFUSED = 7;
    static final int COMPRESSION = 9;
    static final int CALM = 11;

    static final byte[] NOTHING = {};
    static final byte[] CANCEL = {0, 0, 0, 8};

    /** What a client does. */
    @FunctionalInterface
    interface Script {
        void on(Http2Wire wire) throws IOException;
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer shop = shop();
    private final Http2Door door = Http2Door.of("", "", "", shop.getAddress().getPort());
    final List<DynamicTest> cases = new ArrayList<>();

    private static HttpServer shop() {
        try {
            HttpServer made =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 256);
            made.createContext(
                    "/",
                    exchange -> {
                        exchange.getRequestBody().readAllBytes();
                        exchange.sendResponseHeaders(200, 2);
                        exchange.getResponseBody().write(new byte[] {'o', 'k'});
                        exchange.close();
                    });
            return made;
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }

    @BeforeAll
    void start() {
        shop.setExecutor(threads);
        shop.start();
    }

    @AfterAll
    void stop() {
        door.close();
        shop.stop(0);
        threads.shutdownNow();
    }

    /** The connection is ended for this reason. */
    void broken(String rule, int error, Script script) {
        add(
                rule,
                wire -> {
                    tried(script, wire);
                    assertThat(wire.ended()).isIn(error, -1);
                });
    }

    void cut(String rule, int error, Script script) {
        cut(rule, error, script, 1);
    }

    /** The stream is ended for this reason; or the connection is. */
    void cut(String rule, int error, Script script, int stream) {
        add(
                rule,
                wire -> {
                    tried(script, wire);
                    assertThat(wire.reset(stream)).isIn(error, -1);
                });
    }

    /** The other end may be gone before all was said. */
    private static void tried(Script script, Http2Wire wire) throws IOException {
        try {
            script.on(wire);
        } catch (SocketException gone) {
            assertThat(gone).isNotNull();
        }
    }

    void served(String rule, Script script) {
        served(rule, script, 1);
    }

    void served(String rule, Script script, int stream) {
        add(
                rule,
                wire -> {
                    script.on(wire);
                    assertThat(wire.until("an answer", stream)).isEqualTo("ok");
                });
    }

    void add(String rule, Script script) {
        cases.add(
                DynamicTest.dynamicTest(
                        rule,
                        () -> {
                            try (Http2Wire wire = new Http2Wire(door.port())) {
                                script.on(wire);
                            }
                        }));
    }

    static void get(Http2Wire wire, int stream) throws IOException {
        wire.headers(stream, true, wire.get("/"));
    }

    static void post(Http2Wire wire, int stream) throws IOException {
        wire.headers(stream, false, Http2Wire.asked("POST"));
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static byte[] setting(int id, int value) {
        return ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
    }
}
