package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One thing that is listened to.
 *
 * @param name its name, unique among listeners
 * @param protocol what is spoken
 * @param addresses where, as {@code host:port} or {@code [IPv6]:port}; {@code [::]:port} takes both
 *     families (P6.1.3-i)
 * @param tls TLS that ends here; empty for none
 * @param proxyProtocol whether connections begin with a PROXY header (version 1 or 2); believed
 *     only where it comes from {@code trusted}, else read and passed over
 * @param trusted networks (CIDR) whose {@code X-Forwarded-For} and PROXY headers are believed;
 *     without any nobody's are, and the client is who connects
 * @param pool for TCP and UDP: where everything goes that no server name claims
 * @param serverNames for TCP: where connections go by the name in their TLS hello (SNI), without
 *     ending TLS here
 * @param connections bounds for connections
 * @param timeouts how long a client may take
 * @param heads bounds for heads of requests
 * @param http2 whether HTTP/2 is spoken too: by ALPN with TLS, by its preface without
 */
public record ListenerConfig(
        String name,
        @ByDefault("HTTP") Protocol protocol,
        List<String> addresses,
        Optional<TlsConfig> tls,
        @ByDefault("NONE") ProxyHeader proxyProtocol,
        @ByDefault("[]") List<String> trusted,
        Optional<String> pool,
        @ByDefault("[]") List<ServerNameConfig> serverNames,
        @ByDefault("{}") ConnectionBounds connections,
        @ByDefault("{}") ClientTimeouts timeouts,
        @ByDefault("{}") HeadBounds heads,
        @ByDefault("true") boolean http2) {
    /** What is spoken at a listener. */
    public enum Protocol {
        /** Bytes of connections are passed on as they are (P6.1.3-c). */
        TCP,
        /** Datagrams are passed on, and answers back to whom they belong (P6.1.3-c). */
        UDP,
        /** Requests are routed one by one: HTTP/1.1, HTTP/2, gRPC, WebSocket (P6.1.3-d). */
        HTTP
    }

    /** Whether connections begin with a PROXY header. */
    public enum ProxyHeader {
        /** They do not. */
        NONE,
        /** They must; one without is closed. */
        REQUIRED
    }

    /** Refuses addresses that are none, and parts that do not fit the protocol. */
    public ListenerConfig {
        addresses = List.copyOf(addresses);
        trusted = List.copyOf(trusted);
        serverNames = List.copyOf(serverNames);
        Names.require("listener", name);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(
                    "addresses of " + name + ": none (expected: at least one host:port)");
        }
        addresses.forEach(each -> {
            var _ = HostPort.parse(each);
        });
        trusted.forEach(each -> {
            var _ = Network.parse(each);
        });
        if (protocol == Protocol.HTTP && (pool.isPresent() || !serverNames.isEmpty())) {
            throw new IllegalArgumentException(
                    "pool of " + name + ": given (expected: routes, where the protocol is HTTP)");
        }
        if (protocol != Protocol.HTTP && pool.isEmpty() && serverNames.isEmpty()) {
            throw new IllegalArgumentException(
                    "pool of "
                            + name
                            + ": none (expected: one, where the protocol is "
                            + protocol
                            + ")");
        }
        if (protocol == Protocol.UDP && (tls.isPresent() || !serverNames.isEmpty())) {
            throw new IllegalArgumentException(
                    "tls of " + name + ": given (expected: none, where the protocol is UDP)");
        }
    }

    /** The pools it names. */
    Stream<String> pools() {
        return Stream.concat(pool.stream(), serverNames.stream().map(ServerNameConfig::pool));
    }
}
