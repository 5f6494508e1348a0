package io.feiqian.layer4;

import static io.feiqian.layer4.Layer4Fixture.pool;
import static io.feiqian.layer4.Layer4Fixture.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.balancing.Way;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections through layer 4, with real sockets. */
@Timeout(60)
class TcpTest {
    private static final int PATIENCE = 10_000;

    @Requirement({"P6.1.1-a", "P6.1.3-c"})
    @Test
    void connectionsAreSpreadAndBytesPassBothWays() throws Exception {
        try (EchoServer a = new EchoServer("a");
                EchoServer b = new EchoServer("b");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(tcp()), pool("p", Way.ROUND_ROBIN, none(), a.port(), b.port()));
            TreeSet<String> answers = new TreeSet<>();
            for (int i = 0; i < 4; i++) {
                answers.add(said(fixture.at("l"), "hello"));
            }
            assertThat(answers).containsExactly("a:hello", "b:hello");
        }
    }

    @Test
    void whereOneBackendIsNotReachedAnotherTakesTheConnection() throws Exception {
        try (EchoServer a = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(tcp()), pool("p", Way.ROUND_ROBIN, none(), closedPort(), a.port()));
            for (int i = 0; i < 6; i++) {
                assertThat(said(fixture.at("l"), "x")).isEqualTo("a:x");
            }
        }
    }

    @Requirement("P6.1.3-i")
    @Test
    void bothFamiliesAreTakenAndServed() throws Exception {
        try (EchoServer six = new EchoServer("six", "::1");
                Layer4Fixture fixture = new Layer4Fixture()) {
            PoolConfig plain = pool("p", Way.ROUND_ROBIN, none(), 1);
            fixture.configure(
                    List.of(
                            tcp(
                                    "[::]:0",
                                    ListenerConfig.ProxyHeader.NONE,
                                    List.of(),
                                    ConnectionBounds.USUAL,
                                    Duration.ofSeconds(60))),
                    Layer4Fixture.to(plain, "[::1]:" + six.port()));
            int port = fixture.at("l").getPort();
            assertThat(said(at("127.0.0.1", port), "x")).isEqualTo("six:x");
            assertThat(said(at("::1", port), "x")).isEqualTo("six:x");
        }
    }

    @Requirement("P6.1.3-k")
    @Test
    void aFloodOfTenTimesTheBoundLeavesAGoodClientItsPlace() throws Exception {
        try (EchoServer a = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(
                            tcp(
                                    "127.0.0.1:0",
                                    ListenerConfig.ProxyHeader.NONE,
                                    List.of(),
                                    new ConnectionBounds(30, 20, 0, 0),
                                    Duration.ofSeconds(60))),
                    pool("p", Way.RANDOM, none(), a.port()));
            List<Socket> flood = new ArrayList<>();
            try {
                for (int i = 0; i < 300; i++) {
                    flood.add(attacker(fixture.at("l")));
                }
                for (int i = 0; i < 5; i++) {
                    try (Socket good = new Socket()) {
                        good.bind(at("127.0.0.2", 0));
                        good.connect(fixture.at("l"), PATIENCE);
                        assertThat(talk(good, "x")).isEqualTo("a:x");
                    }
                }
                assertThat(
                                fixture.metrics
                                        .get("feiqian.gateway.connections.refused")
                                        .tag("reason", "CLIENT")
                                        .counter()
                                        .count())
                        .isEqualTo(280);
            } finally {
                for (Socket each : flood) {
                    each.close();
                }
            }
        }
    }

    @Requirement("P6.1.3-l")
    @Test
    void whoSaysNothingForTheIdleTimeIsCut() throws Exception {
        try (EchoServer a = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(
                            tcp(
                                    "127.0.0.1:0",
                                    ListenerConfig.ProxyHeader.NONE,
                                    List.of(),
                                    ConnectionBounds.USUAL,
                                    Duration.ofMillis(300))),
                    pool("p", Way.RANDOM, none(), a.port()));
            try (Socket socket = connect(fixture.at("l"))) {
                assertThat(socket.getInputStream().readNBytes(2)).hasSize(2);
                assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @Test
    void aBlockedBackendsConnectionsAreCutAndNewOnesGoElsewhere() throws Exception {
        try (EchoServer a = new EchoServer("a");
                EchoServer b = new EchoServer("b");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(tcp()), pool("p", Way.ROUND_ROBIN, none(), a.port(), b.port()));
            try (Socket one = connect(fixture.at("l"));
                    Socket two = connect(fixture.at("l"))) {
                String first =
                        new String(one.getInputStream().readNBytes(2), StandardCharsets.UTF_8);
                assertThat(two.getInputStream().readNBytes(2)).hasSize(2);
                Socket cut = first.equals("a:") ? one : two;
                fixture.orders.block("p", "127.0.0.1:" + a.port(), true);
                assertThatThrownBy(() -> cut.getInputStream().readAllBytes())
                        .isInstanceOf(IOException.class);
            }
            for (int i = 0; i < 4; i++) {
                assertThat(said(fixture.at("l"), "x")).isEqualTo("b:x");
            }
        }
    }

    @Test
    void theProxyHeaderIsReadAndGivenOn() throws Exception {
        try (EchoServer a = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(
                            tcp(
                                    "127.0.0.1:0",
                                    ListenerConfig.ProxyHeader.REQUIRED,
                                    List.of(),
                                    ConnectionBounds.USUAL,
                                    Duration.ofSeconds(60))),
                    pool("p", Way.RANDOM, PoolConfig.ProxyVersion.V1, a.port()));
            String header = "PROXY TCP4 192.0.2.7 198.51.100.1 5000 443\r\n";
            assertThat(said(fixture.at("l"), header + "x")).isEqualTo("a:" + header + "x");
            assertThatThrownBy(() -> said(fixture.at("l"), "GET / HTTP/1.1\r\n\r\n"))
                    .isInstanceOf(IOException.class);
        }
    }

    private static PoolConfig.ProxyVersion none() {
        return PoolConfig.ProxyVersion.NONE;
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return server.getLocalPort();
        }
    }

    private static Socket connect(InetSocketAddress at) throws IOException {
        Socket socket = new Socket();
        socket.connect(at, PATIENCE);
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    /** One of a flood, which may be turned away before it knows that it was connected. */
    private static Socket attacker(InetSocketAddress at) {
        Socket socket = new Socket();
        try {
            socket.connect(at, PATIENCE);
        } catch (IOException turnedAway) {
            assertThat(turnedAway).hasMessageContaining("reset");
        }
        return socket;
    }

    private static String said(InetSocketAddress at, String text) throws IOException {
        try (Socket socket = connect(at)) {
            return talk(socket, text);
        }
    }

    private static String talk(Socket socket, String text) throws IOException {
        socket.setSoTimeout(PATIENCE);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
