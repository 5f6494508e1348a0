package io.feiqian.benchmarks;

import io.feiqian.telemetry.Telemetry;
import io.feiqian.telemetry.TelemetryConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the spans of our variant go.
 *
 * @param tracesTo an address that takes OTLP over HTTP; empty for nowhere
 * @param perSecond how many traces a second are recorded
 */
record RpcTelemetry(String tracesTo, int perSecond) {
    private static final Duration METERS_EVERY = Duration.ofSeconds(10);

    Telemetry start(String instance) {
        return Telemetry.start(
                new TelemetryConfig(
                        "bench",
                        instance,
                        Optional.of(tracesTo).filter(each -> !each.isEmpty()).map(URI::create),
                        perSecond,
                        false,
                        Optional.empty(),
                        METERS_EVERY));
    }
}
