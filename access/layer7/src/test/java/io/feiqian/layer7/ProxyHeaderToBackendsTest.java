package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.proxy.ProxyConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who the client is, told to backends of HTTP that want a PROXY header. */
@Timeout(60)
class ProxyHeaderToBackendsTest {
    private static final int PATIENCE = 10_000;

    @Test
    void aKeptConnectionSaysThatTheGatewaySpeaksAndEachRequestForWhom() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (ServerSocket backend = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
                Door door = new Door(config(backend.getLocalPort()))) {
            var _ = Thread.ofVirtual().start(() -> accept(backend, heard));
            for (int i = 0; i < 5; i++) {
                for (String client : List.of("127.0.0.1", "127.0.0.2")) {
                    assertThat(answered(client, door.port())).isEqualTo("HTTP/1.1 200 OK");
                }
            }
        }
        assertThat(heard)
                .filteredOn(line -> line.startsWith("PROXY"))
                .as("connections, one for each event loop at most")
                .hasSizeBetween(1, 2)
                .containsOnly("PROXY UNKNOWN");
        assertThat(heard)
                .filteredOn(line -> line.toLowerCase(Locale.ROOT).startsWith("x-forwarded-for:"))
                .extracting(line -> line.substring(line.indexOf(':') + 1).strip())
                .hasSize(10)
                .containsSubsequence("127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2");
    }

    private static ProxyConfig config(int backend) {
        return ProxyConfig.type()
                .parse(
                        """
                        listeners:
                          - {name: web, addresses: ["127.0.0.1:0"]}
                        routes:
                          - {name: all, pool: p}
                        pools:
                          - {name: p, backends: [{address: "127.0.0.1:%d"}], proxyProtocol: V1}
                        """
                                .formatted(backend));
    }

    private static String answered(String from, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), PATIENCE);
            socket.setSoTimeout(PATIENCE);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(lines(socket).readLine());
        }
    }

    private static void accept(ServerSocket backend, List<String> heard) {
        while (!backend.isClosed()) {
            try {
                Socket socket = backend.accept();
                var _ = Thread.ofVirtual().start(() -> serve(socket, heard));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket socket, List<String> heard) {
        try (socket) {
            BufferedReader in = lines(socket);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                heard.add(line);
                if (line.isEmpty()) {
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                            .getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException broken) {
            // The gateway has gone.
        }
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }
}
