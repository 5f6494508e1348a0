package io.feiqian.gateway;

import io.feiqian.balancing.Place;
import io.feiqian.layer4.Layer4;
import io.feiqian.layer4.Layer4Parts;
import io.feiqian.layer7.Layer7;
import io.feiqian.layer7.Layer7Parts;
import io.feiqian.proxy.BackendAddresses;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPools;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.HealthChecks;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.proxy.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Both layers of the way in by one configuration: what they share (backends and their health,
 * orders, bounds, TLS, event loops) and the listeners of each. Another configuration is taken whole
 * or not at all. Thread-safe.
 */
public final class DataPlane implements AutoCloseable {
    private final Transport transport;
    private final Place here;
    private final BackendOrders orders = new BackendOrders();
    private final BackendPools pools;
    private final ConnectionGate gate;
    private final Layer4 layer4;
    private final Layer7 layer7;
    private volatile ProxyConfig config = ProxyConfig.NONE;

    private DataPlane(DataPlaneParts parts, Transport transport) {
        this.transport = transport;
        this.here = parts.here();
        var metrics = parts.telemetry().metrics();
        parts.folder().ifPresent(folder -> KeptOrders.keep(folder.resolve("orders.json"), orders));
        BackendAddresses addresses = new BackendAddresses(parts.clock());
        this.pools =
                new BackendPools(
                        parts.here(),
                        parts.clock(),
                        parts.randomness(),
                        orders,
                        parts.services(),
                        new HealthChecks(
                                parts.clock(),
                                parts.timer(),
                                parts.randomness(),
                                addresses,
                                parts.telemetry().alarms()),
                        metrics);
        this.gate = new ConnectionGate(parts.clock(), orders, metrics);
        TlsContexts tls = new TlsContexts(parts.timer(), parts.clock(), metrics);
        this.layer4 =
                new Layer4(
                        new Layer4Parts(
                                transport, pools, addresses, gate, orders, tls, parts.clock()));
        this.layer7 =
                Layer7.start(
                        ProxyConfig.NONE,
                        new Layer7Parts(
                                parts.answering(),
                                parts.guard(),
                                parts.cells(),
                                parts.incoming(),
                                parts.outgoing(),
                                new Layer7Parts.Shared(
                                        config -> pools.pool(config.name()).orElseThrow(),
                                        gate,
                                        orders,
                                        tls),
                                parts.telemetry().tracing(),
                                metrics,
                                parts.clock(),
                                parts.timer(),
                                parts.randomness()),
                        transport);
    }

    /**
     * Starts with this configuration.
     *
     * @throws IllegalStateException where an address cannot be had or a file cannot be used
     */
    public static DataPlane start(DataPlaneParts parts, Transport transport, ProxyConfig first) {
        DataPlane started = new DataPlane(parts, transport);
        try {
            started.take(first);
        } catch (RuntimeException refused) {
            started.close();
            throw refused;
        }
        return started;
    }

    /**
     * Goes by another configuration from now on.
     *
     * @throws IllegalStateException where an address cannot be had or a file cannot be used; then
     *     it goes on by the one before
     */
    public synchronized void take(ProxyConfig next) {
        ProxyConfig before = config;
        try {
            pass(next);
            config = next;
        } catch (RuntimeException refused) {
            pass(before);
            throw refused;
        }
    }

    private void pass(ProxyConfig to) {
        pools.configure(to.pools());
        gate.configure(to.bounds(), to.listeners());
        layer4.configure(to);
        layer7.take(to);
    }

    /** The configuration in force. */
    public ProxyConfig config() {
        return config;
    }

    /** Where its listeners listen, by name, with the ports that were really taken. */
    public Map<String, List<InetSocketAddress>> addresses() {
        Map<String, List<InetSocketAddress>> all = new TreeMap<>(layer4.addresses());
        layer7.addresses()
                .forEach((name, each) ->
                        all.merge(
                                name,
                                each,
                                (some, more) -> {
                                    List<InetSocketAddress> both = new ArrayList<>(some);
                                    both.addAll(more);
                                    return both;
                                }));
        return all;
    }

    /** Where it runs. */
    Place here() {
        return here;
    }

    /** What operators ordered. */
    BackendOrders orders() {
        return orders;
    }

    BackendPools pools() {
        return pools;
    }

    ConnectionGate gate() {
        return gate;
    }

    Layer7 layer7() {
        return layer7;
    }

    /**
     * Stops in order and blocks until it is over.
     *
     * @param patience how long requests and connections may take; then they are cut off
     * @return whether all of them ended by themselves
     */
    public boolean stop(Duration patience) {
        boolean requests = layer7.stop(patience);
        boolean connections = layer4.stop(patience);
        pools.close();
        transport.close();
        return requests && connections;
    }

    /** Stops without patience. */
    @Override
    public void close() {
        var _ = stop(Duration.ZERO);
    }
}
