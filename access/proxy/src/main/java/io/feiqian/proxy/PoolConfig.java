package io.feiqian.proxy;

import io.feiqian.balancing.Way;
import io.feiqian.configuration.ByDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Backends that can stand for each other.
 *
 * @param name its name, unique among pools
 * @param backends who they are, where they do not come from the registry
 * @param service the service in the registry whose instances they are; empty for none
 * @param protocol what is spoken with them
 * @param way how one is chosen (P6.1.3-a)
 * @param key what a consistent hash goes by
 * @param sticky what keeps a client at its backend (P6.1.3-h)
 * @param health active checks; empty for none
 * @param ejection whether backends that fail or are slow are passed over by themselves
 * @param keptShare the share of backends that is never ejected, 0 to 1
 * @param slowStart how long a new backend takes to its full share; zero for at once
 * @param siteShare calls leave this site when less than this share of its backends serves, 0 to 1
 * @param timeouts how long backends may take
 * @param connections the most connections to one backend; more wait, at most as long as {@code
 *     timeouts.connect}
 * @param tls whether they are spoken to by TLS
 * @param proxyProtocol whether a PROXY header leads each connection to them: on layer 4 it says who
 *     the client is; for requests of HTTP, of which those of many clients share a connection, only
 *     that the gateway speaks
 */
public record PoolConfig(
        String name,
        @ByDefault("[]") List<BackendConfig> backends,
        Optional<String> service,
        @ByDefault("HTTP1") BackendProtocol protocol,
        @ByDefault("LEAST_OUTSTANDING") Way way,
        Optional<KeySource> key,
        @ByDefault("{}") StickyConfig sticky,
        Optional<HealthCheckConfig> health,
        @ByDefault("true") boolean ejection,
        @ByDefault("0.5") double keptShare,
        @ByDefault("10s") Duration slowStart,
        @ByDefault("0.5") double siteShare,
        @ByDefault("{}") BackendTimeouts timeouts,
        @ByDefault("1024") int connections,
        Optional<BackendTls> tls,
        @ByDefault("NONE") ProxyVersion proxyProtocol) {
    /** What is spoken with backends. */
    public enum BackendProtocol {
        /** HTTP/1.1. */
        HTTP1,
        /** HTTP/2, as gRPC wants it. */
        HTTP2
    }

    /** Which PROXY header leads a connection to a backend. */
    public enum ProxyVersion {
        /** None. */
        NONE,
        /** The text of version 1. */
        V1,
        /** The bytes of version 2. */
        V2
    }

    /** Refuses shares and bounds out of range, and backends that stand twice. */
    public PoolConfig {
        backends = List.copyOf(backends);
        Names.require("pool", name);
        if (backends.isEmpty() == service.isEmpty()) {
            throw new IllegalArgumentException(
                    "pool " + name + ": expected: either backends or a service");
        }
        if (backends.stream().map(BackendConfig::name).distinct().count() != backends.size()) {
            throw new IllegalArgumentException(
                    "pool " + name + ": a backend stands twice (expected: once)");
        }
        if (!(keptShare >= 0 && keptShare <= 1)
                || !(siteShare >= 0 && siteShare <= 1)
                || connections < 1
                || slowStart.isNegative()) {
            throw new IllegalArgumentException(
                    "pool %s: %s, %s, %d, %s (expected: shares of 0 to 1, connections >= 1, a time)"
                            .formatted(name, keptShare, siteShare, connections, slowStart));
        }
    }
}
