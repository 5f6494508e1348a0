package io.feiqian.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.feiqian.registry.spi.InstanceProbe.Answer;
import io.feiqian.vocabulary.CellId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a port tells of the process behind it. */
@Timeout(60)
class PortProbeTest {
    @Test
    void whoReactsIsAlive() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            assertThat(ask(server.getAddress().getPort())).isEqualTo(Answer.ALIVE);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aHungProcessIsSilentAlthoughItsMachineTakesTheConnection() throws Exception {
        try (ServerSocket hung = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(ask(hung.getLocalPort())).isEqualTo(Answer.SILENT);
        }
    }

    @Test
    void whereNobodyListensItIsRefused() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThat(ask(port)).isEqualTo(Answer.REFUSED);
    }

    @Test
    void aNameThatNobodyHasProvesNothing() throws Exception {
        ServiceInstance nowhere =
                ServiceInstance.of(new CellId(1), "a", "no-such-host.invalid", 7101);
        assertThat(new PortProbe().ask(nowhere, Duration.ofMillis(300)).get(40, TimeUnit.SECONDS))
                .isEqualTo(Answer.SILENT);
    }

    private static Answer ask(int port) throws Exception {
        return new PortProbe()
                .ask(
                        ServiceInstance.of(new CellId(1), "a", "127.0.0.1", port),
                        Duration.ofMillis(300))
                .get(20, TimeUnit.SECONDS);
    }
}
