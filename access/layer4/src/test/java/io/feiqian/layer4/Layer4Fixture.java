package io.feiqian.layer4;

import io.feiqian.balancing.Place;
import io.feiqian.balancing.Way;
import io.feiqian.proxy.AccessLogConfig;
import io.feiqian.proxy.BackendAddresses;
import io.feiqian.proxy.BackendConfig;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPools;
import io.feiqian.proxy.BackendTimeouts;
import io.feiqian.proxy.BoundsConfig;
import io.feiqian.proxy.ClientTimeouts;
import io.feiqian.proxy.ConnectionBounds;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.HeadBounds;
import io.feiqian.proxy.HealthChecks;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.ServerNameConfig;
import io.feiqian.proxy.StickyConfig;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.proxy.Transport;
import io.feiqian.proxy.spi.BackendSource;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A layer 4 of its own, as a gateway has it. */
final class Layer4Fixture implements AutoCloseable {
    final BackendOrders orders = new BackendOrders();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Timer timer = Timer.system("layer4-test");
    private final Transport transport;
    private final ConnectionGate gate;
    final BackendPools pools;
    final Layer4 layer4;

    Layer4Fixture() {
        this(Clock.system());
    }

    Layer4Fixture(Clock clock) {
        this(Transport.Kind.EPOLL, LoopPipes.MOST, clock);
    }

    Layer4Fixture(Transport.Kind kind, int pipes, Clock clock) {
        BackendAddresses addresses = new BackendAddresses(clock);
        gate = new ConnectionGate(clock, orders, metrics);
        transport = Transport.open(kind, 2);
        pools =
                new BackendPools(
                        Place.UNKNOWN,
                        clock,
                        Randomness.shared(3),
                        orders,
                        BackendSource.none(),
                        new HealthChecks(
                                clock, timer, Randomness.shared(5), addresses, alarm -> {}),
                        metrics);
        layer4 =
                new Layer4(
                        new Layer4Parts(
                                transport,
                                pools,
                                addresses,
                                gate,
                                orders,
                                new TlsContexts(timer, clock, metrics),
                                clock),
                        pipes);
    }

    void configure(List<ListenerConfig> listeners, PoolConfig... configs) {
        ProxyConfig config =
                new ProxyConfig(
                        listeners,
                        List.of(),
                        List.of(configs),
                        Map.of(),
                        BoundsConfig.USUAL,
                        AccessLogConfig.USUAL);
        pools.configure(config.pools());
        gate.configure(config.bounds(), config.listeners());
        layer4.configure(config);
    }

    /** How often somebody was not let in for this reason. */
    double refused(ConnectionGate.Refusal why) {
        return metrics.get("feiqian.gateway.connections.refused")
                .tag("reason", why.name())
                .counter()
                .count();
    }

    /** How many bytes were counted, {@code in} or {@code out}. */
    double bytes(String direction) {
        return metrics.get("feiqian.gateway.bytes").tag("direction", direction).counter().count();
    }

    InetSocketAddress at(String listener) {
        return layer4.addresses().getOrDefault(listener, List.of()).getFirst();
    }

    static ListenerConfig tcp(
            String address,
            ListenerConfig.ProxyHeader header,
            List<ServerNameConfig> names,
            ConnectionBounds bounds,
            Duration idle) {
        return listener(ListenerConfig.Protocol.TCP, address, header, names, bounds, idle);
    }

    static ListenerConfig tcp() {
        return tcp(
                "127.0.0.1:0",
                ListenerConfig.ProxyHeader.NONE,
                List.of(),
                ConnectionBounds.USUAL,
                Duration.ofSeconds(60));
    }

    static ListenerConfig udp(String address) {
        return listener(
                ListenerConfig.Protocol.UDP,
                address,
                ListenerConfig.ProxyHeader.NONE,
                List.of(),
                ConnectionBounds.USUAL,
                Duration.ofSeconds(60));
    }

    private static ListenerConfig listener(
            ListenerConfig.Protocol protocol,
            String address,
            ListenerConfig.ProxyHeader header,
            List<ServerNameConfig> names,
            ConnectionBounds bounds,
            Duration idle) {
        Duration usual = Duration.ofSeconds(5);
        return new ListenerConfig(
                "l",
                protocol,
                List.of(address),
                Optional.empty(),
                header,
                List.of("127.0.0.0/8"),
                Optional.of("p"),
                names,
                bounds,
                new ClientTimeouts(usual, usual, usual, usual, usual, idle),
                HeadBounds.USUAL,
                true);
    }

    static PoolConfig pool(String name, Way way, PoolConfig.ProxyVersion header, int... ports) {
        return new PoolConfig(
                name,
                java.util.Arrays.stream(ports)
                        .mapToObj(port -> backend("127.0.0.1:" + port))
                        .toList(),
                Optional.empty(),
                PoolConfig.BackendProtocol.HTTP1,
                way,
                Optional.empty(),
                StickyConfig.NONE,
                Optional.empty(),
                true,
                0.5,
                Duration.ZERO,
                0.5,
                BackendTimeouts.USUAL,
                1_024,
                Optional.empty(),
                header);
    }

    /** The same pool with one backend, at this address. */
    static PoolConfig to(PoolConfig pool, String address) {
        return new PoolConfig(
                pool.name(),
                List.of(backend(address)),
                pool.service(),
                pool.protocol(),
                pool.way(),
                pool.key(),
                pool.sticky(),
                pool.health(),
                pool.ejection(),
                pool.keptShare(),
                pool.slowStart(),
                pool.siteShare(),
                pool.timeouts(),
                pool.connections(),
                pool.tls(),
                pool.proxyProtocol());
    }

    static BackendConfig backend(String address) {
        return new BackendConfig(address, Optional.empty(), 100, "", "", "", Map.of());
    }

    @Override
    public void close() {
        layer4.close();
        pools.close();
        transport.close();
        timer.close();
    }
}
