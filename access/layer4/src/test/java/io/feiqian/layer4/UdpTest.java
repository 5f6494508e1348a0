package io.feiqian.layer4;

import static io.feiqian.layer4.Layer4Fixture.pool;
import static io.feiqian.layer4.Layer4Fixture.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Way;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams through layer 4, with real sockets. */
@Timeout(60)
class UdpTest {
    @Requirement({"P6.1.1-a", "P6.1.3-c"})
    @Test
    void aClientsDatagramsGoToOneBackendAndAnswersComeBack() throws Exception {
        try (DatagramSocket a = answering("a");
                DatagramSocket b = answering("b");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(udp("127.0.0.1:0")),
                    pool(
                            "p",
                            Way.ROUND_ROBIN,
                            PoolConfig.ProxyVersion.NONE,
                            a.getLocalPort(),
                            b.getLocalPort()));
            TreeSet<String> all = new TreeSet<>();
            for (int i = 0; i < 4; i++) {
                try (DatagramSocket client = client(fixture.at("l"))) {
                    String first = ask(client, "x");
                    assertThat(ask(client, "x")).isEqualTo(first);
                    all.add(first);
                }
            }
            assertThat(all).containsExactly("a:x", "b:x");
        }
    }

    @Test
    void whereNobodyListensAnotherBackendTakesOver() throws Exception {
        DatagramSocket gone = answering("gone");
        int port = gone.getLocalPort();
        gone.close();
        try (DatagramSocket a = answering("a");
                Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(udp("127.0.0.1:0")),
                    pool(
                            "p",
                            Way.ROUND_ROBIN,
                            PoolConfig.ProxyVersion.NONE,
                            port,
                            a.getLocalPort()));
            for (int i = 0; i < 4; i++) {
                try (DatagramSocket client = client(fixture.at("l"))) {
                    assertThat(ask(client, "x")).isEqualTo("a:x");
                }
            }
        }
    }

    @Requirement("P6.1.3-i")
    @Test
    void datagramsGoOverBothFamilies() throws Exception {
        try (DatagramSocket six = answering("six", "::1");
                DatagramSocket four = answering("four", "127.0.0.1");
                Layer4Fixture fixture = new Layer4Fixture()) {
            for (String backend :
                    List.of("[::1]:" + six.getLocalPort(), "127.0.0.1:" + four.getLocalPort())) {
                String answer = backend.startsWith("[") ? "six:x" : "four:x";
                fixture.configure(
                        List.of(udp("[::]:0")),
                        Layer4Fixture.to(
                                pool("p", Way.RANDOM, PoolConfig.ProxyVersion.NONE, 1), backend));
                int port = fixture.at("l").getPort();
                for (String client : List.of("::1", "127.0.0.1")) {
                    InetSocketAddress at =
                            new InetSocketAddress(InetAddress.ofLiteral(client), port);
                    try (DatagramSocket asking = client(at)) {
                        assertThat(ask(asking, "x")).isEqualTo(answer);
                    }
                }
            }
        }
    }

    private static DatagramSocket client(InetSocketAddress to) throws IOException {
        DatagramSocket socket = new DatagramSocket();
        socket.connect(to);
        socket.setSoTimeout(500);
        return socket;
    }

    /** Asks until it is answered, as clients of UDP do. */
    private static String ask(DatagramSocket client, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        for (int i = 0; i < 10; i++) {
            client.send(new DatagramPacket(bytes, bytes.length));
            try {
                client.receive(answer);
                return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
            } catch (SocketTimeoutException lost) {
                // As datagrams may be.
            }
        }
        throw new IOException("no answer");
    }

    private static DatagramSocket answering(String name) throws IOException {
        return answering(name, "127.0.0.1");
    }

    private static DatagramSocket answering(String name, String at) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral(at));
        var _ =
                Thread.ofVirtual()
                        .start(() -> {
                            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                            while (!socket.isClosed()) {
                                try {
                                    packet.setLength(100);
                                    socket.receive(packet);
                                    String text =
                                            new String(
                                                    packet.getData(),
                                                    0,
                                                    packet.getLength(),
                                                    StandardCharsets.UTF_8);
                                    byte[] answer =
                                            (name + ":" + text).getBytes(StandardCharsets.UTF_8);
                                    socket.send(
                                            new DatagramPacket(
                                                    answer,
                                                    answer.length,
                                                    packet.getSocketAddress()));
                                } catch (IOException closed) {
                                    return;
                                }
                            }
                        });
        return socket;
    }
}
