package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway of its own by a file: what it needs, what it refuses, and who reaches its desk. */
@Timeout(60)
class GatewayRoleTest {
    private static final String WEB =
            """
            proxy:
              listeners:
                - {name: web, addresses: ["127.0.0.1:%d"]}
              routes:
                - {name: up, path: "=/up", answer: {body: up}}
            """;

    @TempDir private Path folder;

    @Test
    void aFileThatGivesItNothingToDoIsRefused() {
        assertThatThrownBy(() -> start(""))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> {
                            assertThat(failure.status()).isEqualTo(ExitStatus.USAGE);
                            assertThat(failure.happened())
                                    .isEqualTo(
                                            "gateway: neither registry nor proxy (expected: the address of"
                                                    + " a bank's registry, or listeners below proxy)");
                            assertThat(failure.remedy()).contains("registry: HOST:PORT", "proxy:");
                        });
        assertThat(folder.resolve("desk-address")).doesNotExist();
    }

    @Test
    void theDeskIsReachedFromThisMachineAloneWhereverTheGatewayListens() throws Exception {
        try (AutoCloseable _ = start("host: 0.0.0.0\n" + WEB.formatted(0))) {
            URI desk = URI.create(Files.readAllLines(folder.resolve("desk-address")).getFirst());

            assertThat(desk.getHost()).isEqualTo("127.0.0.1");
            connect("127.0.0.1", desk.getPort());
            // Another address of this machine stands for every network that it is in.
            assertThatThrownBy(() -> connect("127.0.0.2", desk.getPort()))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void theFileThatThePageShowsStartsAGateway() throws Exception {
        String page = Files.readString(Path.of("../../docs/gateway.md"));
        int begin = page.indexOf("name: edge\n");
        String file =
                page.substring(begin, page.indexOf("```", begin))
                        .replace("/srv/edge", folder.toString())
                        .replace("127.0.0.1:8080", "127.0.0.1:0");
        GatewayRoleConfig told =
                GatewayRoleConfig.TYPE.parse(
                        file + "secretsFolder: " + folder.resolve("secrets") + "\n");

        try (AutoCloseable _ = GatewayRole.start(told, Clock.system())) {
            assertThat(
                            CommandLineRun.of(
                                            folder,
                                            "gateway",
                                            "status",
                                            "--gateway",
                                            folder.toString())
                                    .out())
                    .startsWith("gateway edge (http://127.0.0.1:")
                    .contains("listener web: HTTP at 127.0.0.1:");
        }
    }

    @Test
    void aPortInUseIsSaidInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(WEB.formatted(taken.getLocalPort())))
                    .isInstanceOfSatisfying(
                            CommandFailure.class,
                            failure -> {
                                assertThat(failure.status()).isEqualTo(ExitStatus.CANNOT_START);
                                assertThat(failure.happened())
                                        .contains("127.0.0.1:" + taken.getLocalPort(), "in use");
                            });
        }
    }

    @Test
    void aCertificateThatIsNotThereIsSaidInOneLine() {
        String tls =
                WEB.replace(
                        "\"127.0.0.1:%d\"]",
                        "\"127.0.0.1:0\"], tls: {certificates: [{certificate: nowhere.pem, key: nowhere.key}]}");

        assertThatThrownBy(() -> start(tls))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> {
                            assertThat(failure.status()).isEqualTo(ExitStatus.CANNOT_START);
                            assertThat(failure.happened()).contains("nowhere.pem");
                        });
    }

    private AutoCloseable start(String more) {
        String told =
                """
                name: edge
                folder: "%1$s"
                secretsFolder: "%1$s/secrets"
                """
                        .formatted(folder);
        return GatewayRole.start(GatewayRoleConfig.TYPE.parse(told + more), Clock.system());
    }

    private static void connect(String host, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 5_000);
        }
    }
}
