package io.feiqian.telemetry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.CellId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The values of meters go where spans go, and nothing depends on whether they arrive. */
@Timeout(60)
class SentMetersTest {
    private static final String THREAD = "sent-meters";
    private static final TelemetryConfig CELL =
            TelemetryConfig.local("cell", "cell-3-a").in(new CellId(3));

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(SentMeters.class);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(lines);
    }

    @Test
    void theyAreSentWithTheNamesOfTheProcessAgainAndAgainAndAtTheEnd() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        HttpServer receiver = receiver(200, received);
        try {
            Telemetry telemetry = Telemetry.start(sendingTo(receiver.getAddress().getPort()));
            telemetry.metrics().counter("feiqian.test.early", "kind", "a").increment();
            assertThat(received.poll(20, TimeUnit.SECONDS)).isNotNull();
            String second = received.poll(20, TimeUnit.SECONDS);
            assertThat(second)
                    .contains("feiqian.test.early", "kind", "jvm.memory.used")
                    .contains("service.name", "cell-3-a", "feiqian.cell", "cell-3");
            assertThat(second.split("cell-3-a", -1)).as("named once, not a series").hasSize(2);
            assertThat(telemetry.prometheusText())
                    .contains("feiqian_test_early_total{instance=\"cell-3-a\",kind=\"a\"");

            telemetry.metrics().counter("feiqian.test.late").increment();
            telemetry.close();

            assertThat(String.join("", received)).contains("feiqian.test.late");
            assertThat(threads()).isEmpty();
            assertThat(lines.list).isEmpty();
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void aReceiverThatRefusesCostsOneLineForAsLongAsItDoes() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        HttpServer receiver = receiver(503, received);
        try (Telemetry telemetry = Telemetry.start(sendingTo(receiver.getAddress().getPort()))) {
            for (int i = 0; i < 4; i++) {
                assertThat(received.poll(20, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(lines.list)
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line.getFormattedMessage()).contains("not sent", "503"));
            assertThat(telemetry.prometheusText()).contains("jvm_memory_used_bytes");
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void aReceiverThatIsGoneOrSilentKeepsNobody() throws Exception {
        Clock clock = Clock.system();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int port : List.of(free(), silent.getLocalPort())) {
                Telemetry telemetry = Telemetry.start(sendingTo(port));
                telemetry.metrics().counter("feiqian.test").increment();
                assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);
                Deadline end = Deadline.after(Duration.ofSeconds(15), clock);

                telemetry.close();

                assertThat(end.isExpired()).as("closed in time, port %d", port).isFalse();
                assertThat(threads()).isEmpty();
            }
        }
        assertThat(lines.list).as("one a receiver").hasSize(2);
    }

    @Test
    void nothingIsSentWhereThereIsNoWholeReceiver() throws Exception {
        try (Telemetry _ = Telemetry.start(CELL);
                Telemetry _ =
                        Telemetry.start(
                                CELL.sendingTo(URI.create("http://localhost:1/spans-only"), 1))) {
            assertThat(threads()).isEmpty();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CELL.sendingMetersEvery(Duration.ofMillis(99)))
                .withMessageContaining("meters every: PT0.099S (expected: PT0.1S to PT1H)");
    }

    private static TelemetryConfig sendingTo(int port) {
        return CELL.sendingTo(URI.create("http://127.0.0.1:" + port + "/v1/traces"), 1)
                .sendingMetersEvery(Duration.ofMillis(100));
    }

    private static HttpServer receiver(int status, BlockingQueue<String> received)
            throws IOException {
        HttpServer receiver =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext(
                "/v1/metrics",
                exchange -> {
                    try (GZIPInputStream body = new GZIPInputStream(exchange.getRequestBody())) {
                        received.add(new String(body.readAllBytes(), ISO_8859_1));
                    }
                    exchange.sendResponseHeaders(status, -1);
                    exchange.close();
                });
        receiver.start();
        return receiver;
    }

    private static int free() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    /** Those that send and have not ended a while after they were told to. */
    private static List<Thread> threads() throws InterruptedException {
        List<Thread> senders =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(each -> each.getName().equals(THREAD))
                        .toList();
        for (Thread each : senders) {
            each.join(Duration.ofMillis(500));
        }
        return senders.stream().filter(Thread::isAlive).toList();
    }
}
