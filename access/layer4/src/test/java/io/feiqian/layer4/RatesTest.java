package io.feiqian.layer4;

import static io.feiqian.layer4.Layer4Fixture.pool;
import static io.feiqian.layer4.Layer4Fixture.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Way;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many connections are taken in a second: of all, and of one client. */
@Requirement("P6.1.3-k")
@Timeout(60)
class RatesTest {
    private static final int PATIENCE = 10_000;
    private static final String ONE = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";

    private final SettableClock clock = new SettableClock(Clock.system().now());

    @Test
    void noMoreAreTakenInASecondThanTheListenerMay() throws Exception {
        try (EchoServer echo = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture(clock)) {
            start(fixture, echo, new ConnectionBounds(1_000, 0, 5, 0));
            InetSocketAddress at = fixture.at("l");
            assertThat(served(at, ONE, 20)).isEqualTo(5);
            assertThat(served(at, OTHER, 1)).as("it is the listener's").isZero();
            assertThat(fixture.refused(ConnectionGate.Refusal.RATE)).isEqualTo(16);
            clock.advance(Duration.ofMillis(400));
            assertThat(served(at, ONE, 20)).isEqualTo(2);
            clock.advance(Duration.ofSeconds(1));
            assertThat(served(at, ONE, 20)).isEqualTo(5);
        }
    }

    @Test
    void noMoreAreTakenInASecondThanAClientMayAndOthersDoNotNoticeIt() throws Exception {
        try (EchoServer echo = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture(clock)) {
            start(fixture, echo, new ConnectionBounds(1_000, 0, 0, 3));
            InetSocketAddress at = fixture.at("l");
            assertThat(served(at, ONE, 30)).isEqualTo(3);
            assertThat(served(at, OTHER, 3)).isEqualTo(3);
            assertThat(fixture.refused(ConnectionGate.Refusal.CLIENT_RATE)).isEqualTo(27);
            clock.advance(Duration.ofSeconds(1));
            assertThat(served(at, ONE, 30)).isEqualTo(3);
        }
    }

    @Test
    void aFloodAtTenTimesItsBoundTakesNothingFromAGoodClient() throws Exception {
        try (EchoServer echo = new EchoServer("a");
                Layer4Fixture fixture = new Layer4Fixture(clock)) {
            start(fixture, echo, new ConnectionBounds(1_000, 0, 0, 40));
            InetSocketAddress at = fixture.at("l");
            CompletableFuture<Integer> flood =
                    CompletableFuture.supplyAsync(() -> served(at, ONE, 400));
            assertThat(served(at, OTHER, 40)).as("the good client's, amid it").isEqualTo(40);
            assertThat(flood.get(PATIENCE, TimeUnit.MILLISECONDS)).isEqualTo(40);
            assertThat(fixture.refused(ConnectionGate.Refusal.CLIENT_RATE)).isEqualTo(360);
        }
    }

    private static void start(Layer4Fixture fixture, EchoServer echo, ConnectionBounds bounds) {
        fixture.configure(
                List.of(
                        tcp(
                                "127.0.0.1:0",
                                ListenerConfig.ProxyHeader.NONE,
                                List.of(),
                                bounds,
                                Duration.ofSeconds(60))),
                pool("p", Way.RANDOM, PoolConfig.ProxyVersion.NONE, echo.port()));
    }

    /** Of so many connections one after the other, how many were served. */
    private static int served(InetSocketAddress at, String from, int tries) {
        int served = 0;
        for (int i = 0; i < tries; i++) {
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
                socket.connect(at, PATIENCE);
                socket.setSoTimeout(PATIENCE);
                socket.shutdownOutput();
                if (socket.getInputStream().readAllBytes().length == 2) {
                    served++;
                }
            } catch (IOException turnedAway) {
                assertThat(turnedAway)
                        .hasMessageMatching("(?i).*(reset|broken pipe|not connected).*");
            }
        }
        return served;
    }
}
