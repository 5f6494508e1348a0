package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What backends are told of the trace that a request belongs to. */
class TraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final TelemetryConfig LOCAL = TelemetryConfig.local("gateway", "trace");

    private final Shop shop = new Shop("shop");

    @AfterEach
    void stop() {
        shop.close();
    }

    @Test
    void aTraceThatNobodyRecordsIsNotBegun() {
        assertThat(seenBehind(LOCAL, "")).isEmpty();
    }

    @Test
    void aCallersTraceGoesOnWithTheGatewayBetween() {
        String sent = "traceparent: 00-" + TRACE + "-" + SPAN + "-01\r\n";
        assertThat(seenBehind(LOCAL, sent)).startsWith("00-" + TRACE + "-").doesNotContain(SPAN);
    }

    @Test
    void aTraceThatIsRecordedBeginsHere() {
        TelemetryConfig sending = LOCAL.sendingTo(URI.create("http://127.0.0.1:9/v1/traces"), 0);
        assertThat(seenBehind(sending, "")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]");
    }

    private String seenBehind(TelemetryConfig config, String header) {
        try (Telemetry telemetry = Telemetry.start(config);
                Door door =
                        new Door(
                                new Door.Plan().pool("web", shop).route("all", "/", "web").config(),
                                tracing(telemetry))) {
            assertThat(
                            Wire.exchange(
                                            door.port(),
                                            "GET / HTTP/1.1\r\nHost: a\r\n" + header + "\r\n")
                                    .status())
                    .isEqualTo(200);
        }
        return shop.seen.getFirst().field("traceparent");
    }

    private static UnaryOperator<Layer7Parts> tracing(Telemetry telemetry) {
        return parts ->
                new Layer7Parts(
                        parts.answering(),
                        parts.guard(),
                        parts.cells(),
                        parts.incoming(),
                        parts.outgoing(),
                        parts.shared(),
                        telemetry.tracing(),
                        parts.metrics(),
                        parts.clock(),
                        parts.timer(),
                        parts.randomness());
    }
}
