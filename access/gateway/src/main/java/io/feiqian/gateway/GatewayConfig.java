package io.feiqian.gateway;

import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AccessLogConfig;
import io.feiqian.proxy.BoundsConfig;
import io.feiqian.proxy.ClientTimeouts;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.HeadBounds;
import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.RewriteConfig;
import io.feiqian.proxy.RouteConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a gateway listens and what it refuses.
 *
 * @param host the address it listens at; health and metrics are on the same port
 * @param port the port; 0 lets the system choose
 * @param maxBodyBytes the longest request body
 * @param maxHeaderBytes the longest head of a request
 * @param maxJsonDepth how deep JSON may nest
 * @param maxInFlight the most requests at once; more are refused early
 * @param maxConnections the most connections at once
 * @param idleTimeout how long a connection may be kept without a request
 * @param requestTimeout how long a request may take to arrive, and an answer to be taken
 * @param defaultDeadline how long an answer may take where the request does not say
 * @param longestDeadline the longest deadline that a request may ask for
 * @param channel the channel's number in the trace numbers handed out here, 0 to 999
 * @param descriptors files with descriptor sets of services, besides those on the class path
 */
public record GatewayConfig(
        String host,
        int port,
        int maxBodyBytes,
        int maxHeaderBytes,
        int maxJsonDepth,
        int maxInFlight,
        int maxConnections,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration defaultDeadline,
        Duration longestDeadline,
        int channel,
        List<Path> descriptors) {
    private static final long DOCUMENT_BYTES = 64 << 20;

    /** What is used unless configured: on this machine only. */
    public static final GatewayConfig DEFAULT =
            new GatewayConfig(
                    "127.0.0.1",
                    8080,
                    64 << 10,
                    8 << 10,
                    32,
                    4_096,
                    10_000,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    999,
                    List.of());

    /** Refuses bounds that are not positive, and a default deadline beyond the longest. */
    public GatewayConfig {
        descriptors = List.copyOf(descriptors);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
        if (maxBodyBytes < 1
                || maxHeaderBytes < 1
                || maxJsonDepth < 1
                || maxInFlight < 1
                || maxConnections < 1) {
            throw new IllegalArgumentException(
                    "limits: %d, %d, %d, %d, %d (expected: each >= 1)"
                            .formatted(
                                    maxBodyBytes,
                                    maxHeaderBytes,
                                    maxJsonDepth,
                                    maxInFlight,
                                    maxConnections));
        }
        for (Duration each :
                List.of(idleTimeout, requestTimeout, defaultDeadline, longestDeadline)) {
            if (each.isNegative() || each.isZero()) {
                throw new IllegalArgumentException("timeout: " + each + " (expected: > 0)");
            }
        }
        if (defaultDeadline.compareTo(longestDeadline) > 0) {
            throw new IllegalArgumentException(
                    "default deadline: %s (expected: at most %s)"
                            .formatted(defaultDeadline, longestDeadline));
        }
        if (channel < 0 || channel > 999) {
            throw new IllegalArgumentException("channel: " + channel + " (expected: 0 to 999)");
        }
    }

    /**
     * The way in as it is where no document says otherwise: one listener of HTTP here, and
     * everything that comes is a call of a service.
     *
     * @param documents the beginnings of paths that take whole documents, which may be larger
     */
    public ProxyConfig proxy(String... documents) {
        ClientTimeouts times =
                new ClientTimeouts(
                        requestTimeout,
                        requestTimeout,
                        requestTimeout,
                        requestTimeout,
                        requestTimeout,
                        idleTimeout);
        ListenerConfig listener =
                new ListenerConfig(
                        Gateway.LISTENER,
                        ListenerConfig.Protocol.HTTP,
                        List.of(new HostPort(host, port).toString()),
                        Optional.empty(),
                        ListenerConfig.ProxyHeader.NONE,
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        new ConnectionBounds(maxConnections, 0, 0, 0),
                        times,
                        new HeadBounds(
                                Math.clamp(maxHeaderBytes, 256, 1 << 20),
                                Math.clamp(maxHeaderBytes, 256, 1 << 20),
                                100),
                        true);
        List<RouteConfig> routes = new ArrayList<>();
        for (String each : documents) {
            routes.add(route(each.replaceAll("[^a-z0-9]", ""), each, DOCUMENT_BYTES));
        }
        routes.add(route("api", "/", maxBodyBytes));
        return new ProxyConfig(
                List.of(listener),
                routes,
                List.of(),
                Map.of(),
                new BoundsConfig(maxConnections, maxInFlight, false),
                AccessLogConfig.USUAL);
    }

    private RouteConfig route(String name, String path, long bodyBytes) {
        return new RouteConfig(
                name,
                List.of(),
                path,
                List.of(),
                Map.of(),
                Optional.empty(),
                List.of(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                AccessConfig.ANYBODY,
                Optional.empty(),
                RewriteConfig.NONE,
                false,
                bodyBytes,
                longestDeadline.plus(requestTimeout),
                0,
                Duration.ZERO,
                Optional.empty(),
                false);
    }

    /** The same at another port. */
    public GatewayConfig withPort(int newPort) {
        return new GatewayConfig(
                host,
                newPort,
                maxBodyBytes,
                maxHeaderBytes,
                maxJsonDepth,
                maxInFlight,
                maxConnections,
                idleTimeout,
                requestTimeout,
                defaultDeadline,
                longestDeadline,
                channel,
                descriptors);
    }
}
