package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How the names of backends are looked up (M6.3-5).
 *
 * @param servers who is asked, each as address and port, in this order; none for asking as the
 *     machine does, and for SRV those that the machine asks
 * @param every how long an answer holds before it is asked for anew, whatever lifetime it came with
 */
public record DnsConfig(@ByDefault("[]") List<String> servers, @ByDefault("5s") Duration every) {
    /** As the machine does. */
    public static final DnsConfig USUAL = new DnsConfig(List.of(), Duration.ofSeconds(5));

    /** Refuses servers that are no addresses, and a time that is none. */
    public DnsConfig {
        servers = List.copyOf(servers);
        servers.forEach(DnsConfig::address);
        Names.requirePositive("every", every);
    }

    /** Where the servers are. */
    List<InetSocketAddress> addresses() {
        return servers.stream().map(DnsConfig::address).toList();
    }

    private static InetSocketAddress address(String server) {
        HostPort at = HostPort.parse(server);
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(at.host()), at.port());
        } catch (IllegalArgumentException name) {
            throw new IllegalArgumentException(
                    "DNS server: %s (expected: an address and a port)".formatted(server), name);
        }
    }
}
