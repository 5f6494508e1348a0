package io.feiqian.telemetry;

import io.feiqian.vocabulary.CellId;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What a process's telemetry needs to know.
 *
 * @param service the role, such as {@code cell}
 * @param instance the name of this process, such as {@code cell-1-a}
 * @param otlp where spans go, as {@code http://host:4318/v1/traces} (OTLP over HTTP); empty keeps
 *     them here: spans then have numbers that log lines carry, and are not recorded
 * @param tracesPerSecond the most traces that begin here and are recorded in a second, so that what
 *     telemetry costs has a bound; 0 for all of them; matters only with {@code otlp}
 * @param edge whether callers are from outside: what they record does not decide what is recorded
 *     here
 * @param cell the cell that this process serves, which every span of it names; empty for none
 * @param metersEvery how often the values of all meters are sent beside the spans, from 100 ms to
 *     an hour; matters only with {@code otlp}
 */
public record TelemetryConfig(
        String service,
        String instance,
        Optional<URI> otlp,
        int tracesPerSecond,
        boolean edge,
        Optional<CellId> cell,
        Duration metersEvery) {
    private static final int MOST_TRACES = 1_000_000;
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration MOST_OFTEN = Duration.ofMillis(100);
    private static final Duration LEAST_OFTEN = Duration.ofHours(1);

    /** Refuses blank names, numbers and times out of bounds and an endpoint that is not HTTP. */
    public TelemetryConfig {
        if (service.isBlank() || instance.isBlank()) {
            throw new IllegalArgumentException(
                    "service and instance: \"%s\", \"%s\" (expected: not blank)"
                            .formatted(service, instance));
        }
        if (tracesPerSecond < 0 || tracesPerSecond > MOST_TRACES) {
            throw new IllegalArgumentException(
                    "traces per second: " + tracesPerSecond + " (expected: 0 to 1,000,000)");
        }
        if (metersEvery.compareTo(MOST_OFTEN) < 0 || metersEvery.compareTo(LEAST_OFTEN) > 0) {
            throw new IllegalArgumentException(
                    "meters every: %s (expected: %s to %s)"
                            .formatted(metersEvery, MOST_OFTEN, LEAST_OFTEN));
        }
        otlp.ifPresent(TelemetryConfig::requireHttp);
    }

    /** Without an exporter, of no cell. */
    public static TelemetryConfig local(String service, String instance) {
        return new TelemetryConfig(
                service, instance, Optional.empty(), 0, false, Optional.empty(), EVERY);
    }

    /** The same, as a process that callers from outside reach. */
    public TelemetryConfig atTheEdge() {
        return new TelemetryConfig(
                service, instance, otlp, tracesPerSecond, true, cell, metersEvery);
    }

    /** The same, as a process of this cell. */
    public TelemetryConfig in(CellId newCell) {
        return new TelemetryConfig(
                service, instance, otlp, tracesPerSecond, edge, Optional.of(newCell), metersEvery);
    }

    /** The same with so many traces a second sent to this address; 0 for all. */
    public TelemetryConfig sendingTo(URI endpoint, int mostPerSecond) {
        return new TelemetryConfig(
                service, instance, Optional.of(endpoint), mostPerSecond, edge, cell, metersEvery);
    }

    /** The same with meters sent so often. */
    public TelemetryConfig sendingMetersEvery(Duration newEvery) {
        return new TelemetryConfig(service, instance, otlp, tracesPerSecond, edge, cell, newEvery);
    }

    private static void requireHttp(URI endpoint) {
        String scheme = String.valueOf(endpoint.getScheme());
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException(
                    "OTLP endpoint: "
                            + endpoint
                            + " (expected: a URL such as http://localhost:4318/v1/traces)");
        }
    }
}
