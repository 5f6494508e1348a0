package io.feiqian.layer4;

import static io.feiqian.layer4.Layer4Fixture.pool;
import static io.feiqian.layer4.Layer4Fixture.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.balancing.Way;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Much through one connection, whoever moves it: the kernel, or this process by copying, which is
 * how the kernel's way has to look from outside.
 */
@Timeout(60)
class WireTest {
    private static final int PATIENCE = 10_000;
    private static final byte[] MUCH = new byte[8 << 20];

    static {
        new Random(1).nextBytes(MUCH);
    }

    /** Who moves bytes. */
    enum Moving {
        KERNEL(Transport.Kind.EPOLL, LoopPipes.MOST),
        KERNEL_AND_COPIES(Transport.Kind.EPOLL, 1),
        COPIES(Transport.Kind.EPOLL, 0),
        NIO(Transport.Kind.NIO, 0),
        IO_URING(Transport.Kind.IO_URING, 0);

        private final Transport.Kind kind;
        private final int pipes;

        Moving(Transport.Kind kind, int pipes) {
            this.kind = kind;
            this.pipes = pipes;
        }

        Layer4Fixture fixture(Clock clock) {
            return new Layer4Fixture(kind, pipes, clock);
        }

        Layer4Fixture fixture() {
            return fixture(Clock.system());
        }
    }

    @Requirement("P6.1.3-c")
    @ParameterizedTest
    // Open: copied over epoll, netty sometimes loses its socket (ENOENT) and ends its output.
    @EnumSource(value = Moving.class, mode = EnumSource.Mode.EXCLUDE, names = "COPIES")
    void muchPassesBothWaysUnchangedAndIsCounted(Moving moving) throws Exception {
        try (EchoServer echo = new EchoServer("");
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, echo.port());
            try (Socket socket = connect(fixture.at("l"))) {
                CompletableFuture<Void> written =
                        CompletableFuture.runAsync(() -> {
                            try {
                                socket.getOutputStream().write(MUCH);
                                socket.shutdownOutput();
                            } catch (IOException broken) {
                                throw new IllegalStateException(broken);
                            }
                        });
                assertThat(socket.getInputStream().readNBytes(1)).isEqualTo(new byte[] {':'});
                assertMuch(socket.getInputStream().readAllBytes());
                var _ = written.get(PATIENCE, TimeUnit.MILLISECONDS);
            }
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
            assertThat(fixture.layer4.wired()).isEqualTo(moving.pipes > 0 ? 1 : 0);
            assertThat(fixture.bytes("in")).isEqualTo(MUCH.length);
            assertThat(fixture.bytes("out")).isEqualTo(MUCH.length + 1.0);
        }
    }

    @ParameterizedTest
    // Open: copied over epoll, netty sometimes loses its socket (ENOENT) and ends its output.
    @EnumSource(value = Moving.class, mode = EnumSource.Mode.EXCLUDE, names = "COPIES")
    void whoHasEndedItsHalfIsStillAnswered(Moving moving) throws Exception {
        CompletableFuture<byte[]> heard = new CompletableFuture<>();
        try (Server server =
                        new Server(socket -> {
                            heard.complete(socket.getInputStream().readAllBytes());
                            socket.getOutputStream().write(MUCH);
                        });
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, server.port());
            for (byte[] question : List.of(MUCH, new byte[] {1})) {
                try (Socket socket = connect(fixture.at("l"))) {
                    socket.getOutputStream().write(question);
                    socket.shutdownOutput();
                    assertMuch(socket.getInputStream().readAllBytes());
                }
            }
            assertMuch(heard.get(PATIENCE, TimeUnit.MILLISECONDS));
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Moving.class)
    void aBackendThatHasEndedItsHalfStillHears(Moving moving) throws Exception {
        CompletableFuture<byte[]> heard = new CompletableFuture<>();
        try (Server server =
                        new Server(socket -> {
                            socket.getOutputStream().write(MUCH);
                            socket.shutdownOutput();
                            heard.complete(socket.getInputStream().readAllBytes());
                        });
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, server.port());
            try (Socket socket = connect(fixture.at("l"))) {
                assertMuch(socket.getInputStream().readAllBytes());
                socket.getOutputStream().write(MUCH);
                socket.shutdownOutput();
                assertMuch(heard.get(PATIENCE, TimeUnit.MILLISECONDS));
            }
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Moving.class)
    void aBackendThatBreaksOffIsNoEnd(Moving moving) throws Exception {
        try (Server server =
                        new Server(socket -> {
                            socket.getOutputStream().write(MUCH);
                            // The client has all of it, and expects more.
                            socket.getInputStream().readNBytes(1);
                            socket.setSoLinger(true, 0);
                        });
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, server.port());
            try (Socket socket = connect(fixture.at("l"))) {
                assertMuch(socket.getInputStream().readNBytes(MUCH.length));
                socket.getOutputStream().write(1);
                assertThatThrownBy(() -> socket.getInputStream().read())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            }
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
            while (fixture.layer4.pipes() > 0) {
                // Closed by the event loops; the test's time is bounded.
                pause();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Moving.class)
    void aClientThatBreaksOffIsNoEnd(Moving moving) throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Server server =
                        new Server(socket -> {
                            InputStream in = socket.getInputStream();
                            in.readNBytes(MUCH.length);
                            socket.getOutputStream().write(1);
                            try {
                                seen.complete("end " + in.read());
                            } catch (IOException broken) {
                                seen.complete(String.valueOf(broken.getMessage()));
                            }
                        });
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, server.port());
            Socket socket = connect(fixture.at("l"));
            socket.getOutputStream().write(MUCH);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
            socket.setSoLinger(true, 0);
            socket.close();
            assertThat(seen.get(PATIENCE, TimeUnit.MILLISECONDS)).contains("reset");
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Moving.class)
    void whoDoesNotReadHoldsUpNobodyAndLosesNothing(Moving moving) throws Exception {
        try (Server server = new Server(socket -> socket.getOutputStream().write(MUCH));
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, server.port());
            List<Socket> slow = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    Socket socket = new Socket();
                    slow.add(socket);
                    // So small that most of it waits in the gateway and behind it.
                    socket.setReceiveBufferSize(4_096);
                    socket.connect(fixture.at("l"), PATIENCE);
                    socket.setSoTimeout(PATIENCE);
                }
                try (Socket quick = connect(fixture.at("l"))) {
                    assertMuch(quick.getInputStream().readAllBytes());
                }
                for (Socket each : slow) {
                    assertMuch(each.getInputStream().readAllBytes());
                }
            } finally {
                for (Socket each : slow) {
                    each.close();
                }
            }
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
        }
    }

    @Requirement("P6.1.3-l")
    @ParameterizedTest
    @EnumSource(Moving.class)
    void whoSaysSomethingNowAndThenIsNotCutAndWhoFallsSilentIs(Moving moving) throws Exception {
        SettableClock clock = new SettableClock(Clock.system().now());
        try (EchoServer echo = new EchoServer("");
                Layer4Fixture fixture = moving.fixture(clock)) {
            fixture.configure(List.of(idleAfter(Duration.ofSeconds(10))), to(echo.port()));
            try (Socket socket = connect(fixture.at("l"))) {
                assertThat(socket.getInputStream().read()).isEqualTo(':');
                byte[] some = new byte[128 * 1_024];
                for (int i = 0; i < 8; i++) {
                    socket.getOutputStream().write(some);
                    assertThat(socket.getInputStream().readNBytes(some.length)).isEqualTo(some);
                    clock.advance(Duration.ofSeconds(6));
                }
                assertThatThrownBy(() -> silence(socket, clock))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Moving.class)
    void aGatewayThatStopsLetsConnectionsFinish(Moving moving) throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (Server server =
                        new Server(socket -> {
                            socket.getOutputStream().write(MUCH);
                            stopping.await();
                            socket.getOutputStream().write(MUCH);
                        });
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, server.port());
            InetSocketAddress at = fixture.at("l");
            try (Socket socket = connect(at)) {
                assertMuch(socket.getInputStream().readNBytes(MUCH.length));
                CompletableFuture<Boolean> stopped =
                        CompletableFuture.supplyAsync(
                                () -> fixture.layer4.stop(Duration.ofMillis(PATIENCE)));
                while (isTaken(at)) {
                    pause();
                }
                stopping.countDown();
                assertMuch(socket.getInputStream().readAllBytes());
                socket.shutdownOutput();
                assertThat(stopped.get(PATIENCE, TimeUnit.MILLISECONDS)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Moving.class)
    void aBlockedBackendsConnectionsAreCutAlsoWhenTheKernelMovesThem(Moving moving)
            throws Exception {
        try (EchoServer echo = new EchoServer("");
                Layer4Fixture fixture = moving.fixture()) {
            start(fixture, echo.port());
            try (Socket socket = connect(fixture.at("l"))) {
                assertThat(socket.getInputStream().read()).isEqualTo(':');
                byte[] some = new byte[512 * 1_024];
                socket.getOutputStream().write(some);
                assertThat(socket.getInputStream().readNBytes(some.length)).isEqualTo(some);
                fixture.orders.block("p", "127.0.0.1:" + echo.port(), true);
                assertThatThrownBy(() -> socket.getInputStream().read())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("reset");
            }
            assertThat(fixture.layer4.stop(Duration.ofMillis(PATIENCE))).isTrue();
        }
    }

    /** Nothing is said for more than the time, until the other side says what it makes of it. */
    private static void silence(Socket socket, SettableClock clock) throws IOException {
        socket.setSoTimeout(200);
        for (int i = 0; i < 50; i++) {
            clock.advance(Duration.ofSeconds(12));
            try {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
                return;
            } catch (SocketTimeoutException notYet) {
                // What passed last was perhaps noted only now.
            }
        }
    }

    private static void assertMuch(byte[] come) {
        assertThat(Arrays.mismatch(come, MUCH))
                .as("first difference, of %d bytes", come.length)
                .isEqualTo(-1);
    }

    private static void start(Layer4Fixture fixture, int port) {
        fixture.configure(List.of(tcp()), to(port));
    }

    private static PoolConfig to(int port) {
        return pool("p", Way.RANDOM, PoolConfig.ProxyVersion.NONE, port);
    }

    private static ListenerConfig idleAfter(Duration idle) {
        return tcp(
                "127.0.0.1:0",
                ListenerConfig.ProxyHeader.NONE,
                List.of(),
                ConnectionBounds.USUAL,
                idle);
    }

    private static void pause() throws InterruptedException {
        var _ = new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
    }

    private static boolean isTaken(InetSocketAddress at) {
        try (Socket socket = new Socket()) {
            socket.connect(at, PATIENCE);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private static Socket connect(InetSocketAddress at) throws IOException {
        Socket socket = new Socket();
        socket.connect(at, PATIENCE);
        socket.setSoTimeout(PATIENCE);
        return socket;
    }
}
