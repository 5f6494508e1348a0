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
 * @param sampledShare which share of the traces that begin here is recorded, 0 to 1; matters only
 *     with {@code otlp}
 * @param cell the cell that this process serves, which every span of it names; empty for none
 */
public record TelemetryConfig(
        String service,
        String instance,
        Optional<URI> otlp,
        double sampledShare,
        Optional<CellId> cell) {
    /** Refuses blank names, a share outside 0 to 1 and an endpoint that is not HTTP. */
    public TelemetryConfig {
        if (service.isBlank() || instance.isBlank()) {
            throw new IllegalArgumentException(
                    "service and instance: \"%s\", \"%s\" (expected: not blank)"
                            .formatted(service, instance));
        }
        if (!(sampledShare >= 0 && sampledShare <= 1)) {
            throw new IllegalArgumentException(
                    "sampled share: " + sampledShare + " (expected: 0 to 1)");
        }
        otlp.ifPresent(TelemetryConfig::requireHttp);
    }

    /** Without an exporter, of no cell. */
    public static TelemetryConfig local(String service, String instance) {
        return new TelemetryConfig(service, instance, Optional.empty(), 1, Optional.empty());
    }

    /** The same, as a process of this cell. */
    public TelemetryConfig in(CellId newCell) {
        return new TelemetryConfig(service, instance, otlp, sampledShare, Optional.of(newCell));
    }

    /** The same with every span sent to this address. */
    public TelemetryConfig sendingTo(URI endpoint) {
        return new TelemetryConfig(service, instance, Optional.of(endpoint), 1, cell);
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
