package io.feiqian.layer4;

import static io.feiqian.layer4.Layer4Fixture.pool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.balancing.Way;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.ServerNameConfig;
import io.feiqian.proxy.TlsConfig;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS over layer 4, ended here or passed through, tried with OpenSSL's client and servers. */
@Timeout(120)
class TlsTest {
    private static final int PATIENCE = 20;
    private static final int TURNS = 100 * PATIENCE;

    @TempDir private Path folder = Path.of("");
    private final List<Process> servers = new ArrayList<>();

    @BeforeEach
    void need() {
        assumeTrue(
                Stream.of("/usr/bin/openssl", "/usr/local/bin/openssl")
                        .anyMatch(each -> Files.isExecutable(Path.of(each))),
                "no openssl on this machine: TLS over layer 4 is not tried");
    }

    @AfterEach
    void end() {
        servers.forEach(Process::destroyForcibly);
    }

    @Requirement("P6.2.2.2-f")
    @Test
    void tlsThatEndsAtAListenerOfTcpIsPlainBehindIt() throws Exception {
        certificate("front.example.com");
        try (EchoServer plain = new EchoServer("plain");
                Layer4Fixture fixture = new Layer4Fixture()) {
            TlsConfig tls =
                    new TlsConfig(
                            List.of(
                                    new TlsConfig.CertificateFiles(
                                            folder.resolve("front.example.com.pem"),
                                            folder.resolve("front.example.com.key"))),
                            TlsConfig.ClientCertificates.NONE,
                            Optional.empty(),
                            "TLSv1.2");
            fixture.configure(
                    List.of(listener(Optional.of(tls), List.of())),
                    pool("p", Way.RANDOM, PoolConfig.ProxyVersion.NONE, plain.port()));
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(asked(fixture.at("l"), "front.example.com", version))
                        .containsPattern("CN ?= ?front.example.com")
                        .contains("plain:hello");
            }
            try (Socket noTls = new Socket()) {
                noTls.connect(fixture.at("l"), PATIENCE * 1_000);
                noTls.setSoTimeout(PATIENCE * 1_000);
                noTls.getOutputStream()
                        .write("hello without TLS\n".getBytes(StandardCharsets.UTF_8));
                assertThat(closedWith(noTls)).doesNotContain("plain");
            }
        }
    }

    @Requirement("P6.1.3-c")
    @Test
    void aConnectionGoesByTheServerNameAndIsNotOpened() throws Exception {
        int one = server("one.example.com");
        int two = server("two.example.com");
        int rest = server("rest.example.com");
        try (Layer4Fixture fixture = new Layer4Fixture()) {
            fixture.configure(
                    List.of(
                            listener(
                                    Optional.empty(),
                                    List.of(
                                            new ServerNameConfig(List.of("one.example.com"), "one"),
                                            new ServerNameConfig(
                                                    List.of("*.two.example.com"), "two")))),
                    pool("one", Way.RANDOM, PoolConfig.ProxyVersion.NONE, one),
                    pool("two", Way.RANDOM, PoolConfig.ProxyVersion.NONE, two),
                    pool("p", Way.RANDOM, PoolConfig.ProxyVersion.NONE, rest));
            InetSocketAddress at = fixture.at("l");
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(asked(at, "one.example.com", version))
                        .containsPattern("CN ?= ?one.example.com")
                        .contains("olleh");
                assertThat(asked(at, "any.two.example.com", version))
                        .containsPattern("CN ?= ?two.example.com")
                        .contains("olleh");
                assertThat(asked(at, "unknown.example.com", version))
                        .containsPattern("CN ?= ?rest.example.com")
                        .contains("olleh");
            }
        }
    }

    private static ListenerConfig listener(Optional<TlsConfig> tls, List<ServerNameConfig> names) {
        ListenerConfig plain =
                Layer4Fixture.tcp(
                        "127.0.0.1:0",
                        ListenerConfig.ProxyHeader.NONE,
                        names,
                        ConnectionBounds.USUAL,
                        Duration.ofSeconds(60));
        return new ListenerConfig(
                plain.name(),
                plain.protocol(),
                plain.addresses(),
                tls,
                plain.proxyProtocol(),
                plain.trusted(),
                plain.pool(),
                plain.serverNames(),
                plain.connections(),
                plain.timeouts(),
                plain.heads(),
                plain.http2());
    }

    /** A certificate for this name, and its key, in files of that name. */
    private void certificate(String name) throws IOException, InterruptedException {
        Process made =
                openssl(
                        Files.createTempFile(folder, "req", ".txt"),
                        List.of(
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=" + name,
                                "-addext",
                                "subjectAltName=DNS:" + name,
                                "-keyout",
                                folder.resolve(name + ".key").toString(),
                                "-out",
                                folder.resolve(name + ".pem").toString()));
        assertThat(made.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
        assertThat(made.exitValue()).isZero();
    }

    /** A server that speaks TLS as this name, and says lines backwards; its port. */
    private int server(String name) throws IOException, InterruptedException {
        certificate(name);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        Path printed = Files.createTempFile(folder, "server", ".txt");
        servers.add(
                openssl(
                        printed,
                        List.of(
                                "s_server",
                                "-accept",
                                "127.0.0.1:" + port,
                                "-cert",
                                folder.resolve(name + ".pem").toString(),
                                "-key",
                                folder.resolve(name + ".key").toString(),
                                "-rev")));
        while (!Files.readString(printed).contains("ACCEPT")) {
            assertThat(servers.getLast().isAlive()).isTrue();
            pause();
        }
        return port;
    }

    /** What OpenSSL's client prints when it says hello with this server name. */
    private String asked(InetSocketAddress at, String name, String version)
            throws IOException, InterruptedException {
        Path printed = Files.createTempFile(folder, "client", ".txt");
        Process client =
                openssl(
                        printed,
                        List.of(
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + at.getPort(),
                                "-servername",
                                name,
                                "-ign_eof",
                                version));
        try (OutputStream input = client.getOutputStream()) {
            input.write("hello\n".getBytes(StandardCharsets.US_ASCII));
            input.flush();
            String said = "";
            for (int i = 0; i < TURNS && !said.contains("hello") && !said.contains("olleh"); i++) {
                pause();
                said = Files.readString(printed, StandardCharsets.ISO_8859_1);
            }
            return said;
        } finally {
            client.destroyForcibly();
        }
    }

    private static void pause() throws InterruptedException {
        var _ = new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS);
    }

    private static String closedWith(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException reset) {
            return "";
        }
    }

    private static Process openssl(Path printed, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
    }
}
