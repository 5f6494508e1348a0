package io.feiqian.rpc;

import java.time.Duration;
import java.util.Optional;

/**
 * How this process calls others.
 *
 * @param defaultDeadline how long a call may take where its context does not say
 * @param attemptTimeout how long one instance may take over a call that can be asked again; then
 *     another is asked
 * @param connectTimeout how long opening a connection may take
 * @param keepAlive how long a connection with calls in flight may be silent before it is tried
 * @param keepAliveTimeout how long it then has to answer
 * @param maxMessageBytes the longest message that is read
 * @param penalty how long an instance that failed is asked only where no other is ready
 * @param tls the files for mutual TLS; empty for plain connections
 */
public record RpcClientConfig(
        Duration defaultDeadline,
        Duration attemptTimeout,
        Duration connectTimeout,
        Duration keepAlive,
        Duration keepAliveTimeout,
        int maxMessageBytes,
        Duration penalty,
        Optional<TlsFiles> tls) {
    /** What is used unless configured; plain connections. */
    public static final RpcClientConfig DEFAULT =
            new RpcClientConfig(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(3),
                    4 << 20,
                    Duration.ofSeconds(1),
                    Optional.empty());

    /** Refuses times and sizes that are not positive. */
    public RpcClientConfig {
        requirePositive("default deadline", defaultDeadline);
        requirePositive("attempt timeout", attemptTimeout);
        requirePositive("connect timeout", connectTimeout);
        requirePositive("keep-alive", keepAlive);
        requirePositive("keep-alive timeout", keepAliveTimeout);
        requirePositive("penalty", penalty);
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException(
                    "max message bytes: " + maxMessageBytes + " (expected: >= 1)");
        }
    }

    /** The same with mutual TLS. */
    public RpcClientConfig withTls(TlsFiles files) {
        return new RpcClientConfig(
                defaultDeadline,
                attemptTimeout,
                connectTimeout,
                keepAlive,
                keepAliveTimeout,
                maxMessageBytes,
                penalty,
                Optional.of(files));
    }

    static void requirePositive(String what, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: > 0)");
        }
    }
}
