package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Backends of HTTP/2 that leave while requests are on their way, over raw sockets: two requests
 * that must not be done twice are with the one that leaves, two with another one.
 */
@Timeout(60)
class Http2LeavingTest {
    private static final int RST = 3;
    private static final int GOAWAY = 7;

    /** The streams of the two requests that are with the one that leaves. */
    private static final int FIRST = 3;

    private static final int SECOND = 5;
    private static final byte[] REFUSED = {0, 0, 0, 7};
    private static final byte[] ONLY_THE_FIRST = {0, 0, 0, FIRST, 0, 0, 0, 0};
    private static final byte[] OK = {(byte) 0x88};

    private final ServerSocket leaving = listen();
    private final Http2Door other =
            new Http2Door(
                    """
                    {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                     "routes": [{"name": "all", "answer": {"body": "other"}}]}
                    """);
    private final Http2Door door =
            Http2Door.of(
                    "",
                    "\"protocol\": \"HTTP2\", \"way\": \"ROUND_ROBIN\", \"slowStart\": \"0s\"",
                    "",
                    leaving.getLocalPort(),
                    other.port());
    private final Http2Wire client = connect();

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }

    private Http2Wire connect() {
        try {
            return new Http2Wire(door.port());
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }

    @BeforeEach
    void ask() throws IOException {
        for (int stream = 1; stream <= 7; stream += 2) {
            client.headers(
                    stream,
                    true,
                    Http2Wire.join(
                            Http2Wire.field(":method", "POST"),
                            Http2Wire.field(":scheme", "http"),
                            Http2Wire.field(":path", "/"),
                            Http2Wire.field(":authority", "shop")));
        }
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        door.close();
        other.close();
        leaving.close();
    }

    @Test
    void whatItSaysItHasNotLookedAtIsAskedOfAnotherAndTheRestIsAnswered() throws Exception {
        try (Http2Wire backend = Http2Wire.accept(leaving)) {
            var _ = backend.head(FIRST);
            var _ = backend.head(SECOND);
            backend.frame(GOAWAY, 0, 0, ONLY_THE_FIRST);
            backend.headers(FIRST, true, OK);

            assertThat(answers()).isEqualTo("200 200 200 200");
            assertThat(others()).as("those that the other one answered").isEqualTo(3);
        }
    }

    @Test
    void whatItRefusesIsAskedOfAnother() throws Exception {
        try (Http2Wire backend = Http2Wire.accept(leaving)) {
            var _ = backend.head(FIRST);
            var _ = backend.head(SECOND);
            backend.frame(RST, 0, SECOND, REFUSED);
            backend.headers(FIRST, true, OK);

            assertThat(answers()).isEqualTo("200 200 200 200");
            assertThat(others()).as("those that the other one answered").isEqualTo(3);
        }
    }

    @Test
    void whatItMayHaveDoneIsAskedOfNobodyElse() throws Exception {
        try (Http2Wire backend = Http2Wire.accept(leaving)) {
            var _ = backend.head(FIRST);
            var _ = backend.head(SECOND);
            backend.frame(GOAWAY, 0, 0, ONLY_THE_FIRST);
            backend.finish();

            assertThat(answers().split(" ")).containsExactlyInAnyOrder("502", "200", "200", "200");
            assertThat(others()).as("those that the other one answered").isEqualTo(3);
        }
    }

    private String answers() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int stream = 1; stream <= 7; stream += 2) {
            all.append(all.isEmpty() ? "" : " ").append(client.head(stream).status());
        }
        return all.toString();
    }

    private int others() {
        return (int)
                other.metrics.get("feiqian.gateway.http").timers().stream()
                        .mapToLong(each -> each.count())
                        .sum();
    }
}
