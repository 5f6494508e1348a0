package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.ProxyConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that answer before the request is there whole: is the connection good for another? */
class EarlyAnswerTest {
    private ServerSocket backend;
    private Door door;

    @BeforeEach
    void start() throws IOException {
        backend = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        var _ = Thread.ofVirtual().start(this::accept);
        door =
                new Door(
                        ProxyConfig.type()
                                .parse(
                                        """
                                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                                         "routes": [{"name": "all", "pool": "p"}],
                                         "pools": [{"name": "p", "backends": [{"address": "127.0.0.1:%d"}]}]}
                                        """
                                                .formatted(backend.getLocalPort())));
    }

    @AfterEach
    void stop() throws IOException {
        door.close();
        backend.close();
    }

    @Test
    void whoseRestIsShortGoesOnWithTheNextRequest() {
        try (Wire wire = new Wire(door.port())) {
            for (int i = 0; i < 20; i++) {
                wire.send("POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n".formatted(i));
                Wire.Message answer = wire.read();
                assertThat(answer.body()).as("%d: %s", i, answer).isEqualTo("up");
                assertThat(answer.field("connection")).isEmpty();
                // No request, and not taken for one.
                wire.send("GET /");
            }
            wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.read().body()).isEqualTo("up");
        }
    }

    /** Of one that waits for a word before its body, what comes next could be body or request. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1000000",
                "Transfer-Encoding: chunked",
                "Content-Length: 5\r\nExpect: 100-continue"
            })
    void whoseRestIsLongOrUncertainIsToldThatTheConnectionEnds(String fields) {
        try (Wire wire = new Wire(door.port())) {
            wire.send("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n");
            Wire.Message answer = wire.read();
            assertThat(answer.body()).isEqualTo("up");
            assertThat(answer.field("connection")).isEqualTo("close");
            assertThat(wire.isClosed()).isTrue();
        }
    }

    private void accept() {
        while (!backend.isClosed()) {
            try {
                Socket socket = backend.accept();
                var _ = Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** As soon as a head is there. */
    private static void answer(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup"
                                            .getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException gone) {
            // The gateway has closed.
        }
    }
}
