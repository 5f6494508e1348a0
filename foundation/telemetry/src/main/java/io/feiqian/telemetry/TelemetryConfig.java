package io.feiqian.telemetry;

import io.feiqian.vocabulary.CellId;
import java.net.URI;
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
 */
public record TelemetryConfig(
        String service,
        String instance,
        Optional<URI> otlp,
        int tracesPerSecond,
        boolean edge,
        Optional<CellId> cell) {
    private static final int MOST_TRACES = 1_000_000;

    /** Refuses blank names, a negative number of traces and an endpoint that is not HTTP. */
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
        otlp.ifPresent(TelemetryConfig::requireHttp);
    }

    /** Without an exporter, of no cell. */
    public static TelemetryConfig local(String service, String instance) {
        return new TelemetryConfig(service, instance, Optional.empty(), 0, false, Optional.empty());
    }

    /** The same, as a process that callers from outside reach. */
    public TelemetryConfig atTheEdge() {
        return new TelemetryConfig(service, instance, otlp, tracesPerSecond, true, cell);
    }

    /** The same, as a process of this cell. */
    public TelemetryConfig in(CellId newCell) {
        return new TelemetryConfig(
                service, instance, otlp, tracesPerSecond, edge, Optional.of(newCell));
    }

    /** The same with so many traces a second sent to this address; 0 for all. */
    public TelemetryConfig sendingTo(URI endpoint, int mostPerSecond) {
        return new TelemetryConfig(
                service, instance, Optional.of(endpoint), mostPerSecond, edge, cell);
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
