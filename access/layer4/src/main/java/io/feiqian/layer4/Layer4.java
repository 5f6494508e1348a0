package io.feiqian.layer4;

import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.ListeningPort;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Layer 4 of the way in: all listeners of TCP and UDP as a configuration wants them (P6.1.3-b,
 * P6.1.3-c). Another configuration is taken whole or not at all: first the ports that are new are
 * opened, and where one cannot be had everything stays as it was. Ports that stay are not closed
 * for a moment, and what is connected stays connected. Thread-safe.
 */
public final class Layer4 implements AutoCloseable {
    private static final Duration TURN = Duration.ofMillis(50);

    /** Where something listens: what is spoken, and the address as configured. */
    private record Spot(ListenerConfig.Protocol protocol, HostPort at) {}

    private final Layer4Parts parts;
    private final BackendTlsClients backendTls;
    private final Map<EventExecutor, LoopPipes> pipes = new HashMap<>();

    // All of these under this object's lock.
    private final Map<Spot, ListeningPort> tcpPorts = new HashMap<>();
    private final Map<Spot, UdpPort> udpPorts = new HashMap<>();
    private final Map<String, TcpFront> tcp = new HashMap<>();
    private final Map<String, UdpFront> udp = new HashMap<>();

    /** Listens nowhere yet. */
    public Layer4(Layer4Parts parts) {
        this(parts, LoopPipes.MOST);
    }

    /** The same with so many pipes a loop; with none all bytes are copied. */
    Layer4(Layer4Parts parts, int mostPipes) {
        this.parts = parts;
        this.backendTls = new BackendTlsClients(parts.tls());
        if (mostPipes > 0 && parts.transport().kind() == Transport.Kind.EPOLL) {
            parts.transport().loops().forEach(each -> pipes.put(each, new LoopPipes(mostPipes)));
        }
    }

    /**
     * Takes over the listeners of TCP and UDP of this configuration. Pools and bounds are taken
     * over by {@link io.feiqian.proxy.BackendPools} and {@link io.feiqian.proxy.ConnectionGate},
     * and before this. Blocks for a moment.
     *
     * @throws IllegalStateException where a port cannot be had; nothing has changed then
     */
    public synchronized void configure(ProxyConfig config) {
        Map<Spot, ListenerConfig> wanted = new HashMap<>();
        for (ListenerConfig each : config.listeners()) {
            if (each.protocol() != ListenerConfig.Protocol.HTTP) {
                for (String address : each.addresses()) {
                    wanted.put(new Spot(each.protocol(), HostPort.parse(address)), each);
                }
            }
        }
        Map<Spot, ListeningPort> newTcp = new HashMap<>();
        Map<Spot, UdpPort> newUdp = new HashMap<>();
        try {
            wanted.forEach((spot, listener) -> {
                if (spot.protocol() == ListenerConfig.Protocol.UDP && !udpPorts.containsKey(spot)) {
                    newUdp.put(spot, UdpPort.open(parts.transport(), spot.at()));
                } else if (spot.protocol() == ListenerConfig.Protocol.TCP
                        && !tcpPorts.containsKey(spot)) {
                    // Whoever comes before it is known what for is turned away.
                    newTcp.put(
                            spot,
                            ListeningPort.open(parts.transport(), spot.at(), TcpFront::refuse));
                }
            });
        } catch (RuntimeException refused) {
            newTcp.values().forEach(ListeningPort::close);
            newUdp.values().forEach(UdpPort::close);
            throw refused;
        }
        tcpPorts.putAll(newTcp);
        udpPorts.putAll(newUdp);
        Set<String> names = new HashSet<>();
        for (ListenerConfig each : Set.copyOf(wanted.values())) {
            names.add(each.protocol() + each.name());
            front(each);
        }
        wanted.forEach(this::point);
        closePorts(wanted.keySet());
        tcp.values().removeIf(each -> ended(names, "TCP", each.config(), each));
        udp.values().removeIf(each -> ended(names, "UDP", each.config(), each));
    }

    /** Where it listens, by the name of the listener. */
    public synchronized Map<String, List<InetSocketAddress>> addresses() {
        Map<String, List<InetSocketAddress>> all = new HashMap<>();
        tcp.values().forEach(each -> collect(each.config(), all));
        udp.values().forEach(each -> collect(each.config(), all));
        return Map.copyOf(all);
    }

    /** How many connections the kernel has moved bytes of. */
    int wired() {
        return pipes.values().stream().mapToInt(LoopPipes::wired).sum();
    }

    /** How many pipes there are. */
    int pipes() {
        return pipes.values().stream().mapToInt(LoopPipes::open).sum();
    }

    /**
     * Stops in order and blocks until it is over: takes no connection any more, waits for those
     * that are there, cuts the rest.
     *
     * @param patience how long they may take
     * @return whether all of them ended by themselves
     */
    public synchronized boolean stop(Duration patience) {
        closePorts(Set.of());
        long by = parts.clock().nanos() + patience.toNanos();
        boolean all = true;
        try {
            CountDownLatch never = new CountDownLatch(1);
            while (tcp.values().stream().anyMatch(each -> each.open() > 0)) {
                if (parts.clock().nanos() - by >= 0
                        || never.await(TURN.toNanos(), TimeUnit.NANOSECONDS)) {
                    all = false;
                    break;
                }
            }
        } catch (InterruptedException interrupted) {
            all = false;
            Thread.currentThread().interrupt();
        }
        tcp.values().forEach(TcpFront::close);
        udp.values().forEach(UdpFront::close);
        tcp.clear();
        udp.clear();
        backendTls.close();
        pipes.forEach((loop, its) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(its::close);
            }
        });
        return all;
    }

    /** Stops without patience. */
    @Override
    public void close() {
        var _ = stop(Duration.ZERO);
    }

    private void front(ListenerConfig listener) {
        if (listener.protocol() == ListenerConfig.Protocol.TCP) {
            TcpFront known = tcp.get(listener.name());
            if (known == null) {
                tcp.put(listener.name(), new TcpFront(listener, parts, backendTls, pipes));
            } else {
                known.configure(listener);
            }
        } else {
            UdpFront known = udp.get(listener.name());
            if (known == null) {
                udp.put(listener.name(), new UdpFront(listener, parts));
            } else {
                known.configure(listener);
            }
        }
    }

    private void point(Spot spot, ListenerConfig listener) {
        ListeningPort stream = tcpPorts.get(spot);
        TcpFront streamFront = tcp.get(listener.name());
        if (stream != null && streamFront != null) {
            stream.taker(streamFront::take);
        }
        UdpPort datagrams = udpPorts.get(spot);
        UdpFront datagramFront = udp.get(listener.name());
        if (datagrams != null && datagramFront != null) {
            datagrams.taker(datagramFront);
        }
    }

    private void closePorts(Set<Spot> but) {
        tcpPorts.entrySet()
                .removeIf(each -> {
                    boolean gone = !but.contains(each.getKey());
                    if (gone) {
                        each.getValue().close();
                    }
                    return gone;
                });
        udpPorts.entrySet()
                .removeIf(each -> {
                    boolean gone = !but.contains(each.getKey());
                    if (gone) {
                        each.getValue().close();
                    }
                    return gone;
                });
    }

    /** A listener that is no more; what is connected through it is cut. */
    private static boolean ended(
            Set<String> names, String protocol, ListenerConfig config, AutoCloseable front) {
        if (names.contains(protocol + config.name())) {
            return false;
        }
        try {
            front.close();
        } catch (Exception impossible) {
            throw new IllegalStateException("closing " + config.name(), impossible);
        }
        return true;
    }

    private void collect(ListenerConfig listener, Map<String, List<InetSocketAddress>> to) {
        List<InetSocketAddress> found = new ArrayList<>();
        for (String address : listener.addresses()) {
            Spot spot = new Spot(listener.protocol(), HostPort.parse(address));
            ListeningPort stream = tcpPorts.get(spot);
            UdpPort datagrams = udpPorts.get(spot);
            if (stream != null) {
                found.add(stream.address());
            }
            if (datagrams != null) {
                found.add(datagrams.address());
            }
        }
        to.put(listener.name(), List.copyOf(found));
    }
}
