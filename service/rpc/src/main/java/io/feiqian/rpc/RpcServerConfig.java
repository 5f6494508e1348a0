package io.feiqian.rpc;

import java.time.Duration;
import java.util.Optional;

/**
 * How an {@link RpcServer} listens.
 *
 * @param host the address it listens at
 * @param port the port; 0 lets the system choose
 * @param maxMessageBytes the longest message that is read
 * @param maxHeaderBytes the longest metadata that is read
 * @param defaultDeadline how long a call may take whose caller does not say; none is unlimited
 * @param keepAlive how long a connection may be silent before it is tried
 * @param keepAliveTimeout how long it then has to answer
 * @param maxInFlight the most calls at once; more are OVERLOADED
 * @param tls the files for mutual TLS; empty for plain connections
 */
public record RpcServerConfig(
        String host,
        int port,
        int maxMessageBytes,
        int maxHeaderBytes,
        Duration defaultDeadline,
        Duration keepAlive,
        Duration keepAliveTimeout,
        int maxInFlight,
        Optional<TlsFiles> tls) {
    /** What is used unless configured: on this machine only, plain. */
    public static RpcServerConfig loopback(int port) {
        return new RpcServerConfig(
                "127.0.0.1",
                port,
                4 << 20,
                16 << 10,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                20_000,
                Optional.empty());
    }

    /** The same with another time for calls whose caller does not say. */
    public RpcServerConfig withDefaultDeadline(Duration time) {
        return new RpcServerConfig(
                host,
                port,
                maxMessageBytes,
                maxHeaderBytes,
                time,
                keepAlive,
                keepAliveTimeout,
                maxInFlight,
                tls);
    }

    /** Refuses a port outside 0 to 65535 and bounds that are not positive. */
    public RpcServerConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
        if (maxMessageBytes < 1 || maxHeaderBytes < 1 || maxInFlight < 1) {
            throw new IllegalArgumentException(
                    "limits: %d, %d, %d (expected: each >= 1)"
                            .formatted(maxMessageBytes, maxHeaderBytes, maxInFlight));
        }
        RpcClientConfig.requirePositive("default deadline", defaultDeadline);
        RpcClientConfig.requirePositive("keep-alive", keepAlive);
        RpcClientConfig.requirePositive("keep-alive timeout", keepAliveTimeout);
    }
}
