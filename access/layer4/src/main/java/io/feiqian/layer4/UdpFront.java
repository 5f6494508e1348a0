package io.feiqian.layer4;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.ListenerConfig;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A listener of UDP: datagrams of the same client (its address and port) go to the same backend as
 * long as its session lives, and answers back to it (P6.1.3-c). Sessions are what connections are
 * for TCP: bounded in the same way, and ended when nothing has passed for the idle time or their
 * backend is not reached; the client's next datagram begins another then. Thread-safe; a session
 * belongs to the event loop of the port that its datagrams came in by.
 */
final class UdpFront implements AutoCloseable {
    /** Whose session it is: where its datagrams came in, and from where. */
    private record Key(Channel port, InetSocketAddress client) {}

    /** What belongs to one event loop. */
    private static final class OfLoop {
        private final Map<Key, UdpSession> sessions = new HashMap<>();
        private final Set<UdpSession> unflushed = new LinkedHashSet<>();
        private final LoopWatch watch;

        OfLoop(LoopWatch watch) {
            this.watch = watch;
        }
    }

    private final Layer4Parts parts;
    private final ConnectionGate.Door door;
    private final Runnable unwatch;
    private final Map<EventLoop, OfLoop> loops = new ConcurrentHashMap<>();
    private volatile ListenerConfig config;

    UdpFront(ListenerConfig config, Layer4Parts parts) {
        this.parts = parts;
        this.config = config;
        this.door = parts.gate().door(config.name());
        this.unwatch = parts.orders().watch(this::ordered);
    }

    ListenerConfig config() {
        return config;
    }

    /** New sessions go by this from now on. */
    void configure(ListenerConfig next) {
        config = next;
    }

    Layer4Parts parts() {
        return parts;
    }

    ConnectionGate.Door door() {
        return door;
    }

    /** A datagram has come in by this port; on the port's event loop. */
    void take(Channel port, DatagramPacket packet) {
        OfLoop mine = of(port.eventLoop());
        Key key = new Key(port, packet.sender());
        UdpSession session = mine.sessions.get(key);
        if (session == null) {
            session = begin(mine, key).orElse(null);
        }
        if (session == null) {
            var _ = packet.release();
            return;
        }
        session.send(packet.content());
        mine.unflushed.add(session);
    }

    /** All datagrams have come that were there. */
    void taken(Channel port) {
        OfLoop mine = of(port.eventLoop());
        mine.unflushed.forEach(UdpSession::flush);
        mine.unflushed.clear();
    }

    @Override
    public void close() {
        unwatch.run();
        cut(List.of(), true);
    }

    private OfLoop of(EventLoop loop) {
        OfLoop known = loops.get(loop);
        return known != null
                ? known
                : loops.computeIfAbsent(loop, key -> new OfLoop(new LoopWatch(key, parts.clock())));
    }

    private Optional<UdpSession> begin(OfLoop mine, Key key) {
        if (door.enter().isPresent()) {
            return Optional.empty();
        }
        if (door.enter(key.client().getAddress()).isPresent()) {
            door.leave();
            return Optional.empty();
        }
        Optional<BackendPool> pool = config.pool().flatMap(parts.pools()::pool);
        long of = BackendPool.keyOf(key.client().getAddress());
        Optional<Member<Backend>> member = pool.flatMap(each -> each.choose(of));
        if (member.isEmpty()) {
            door.leave(key.client().getAddress());
            door.leave();
            return Optional.empty();
        }
        UdpSession session =
                new UdpSession(
                        this,
                        key.port(),
                        key.client(),
                        member.get(),
                        config.timeouts().idle(),
                        () -> {
                            UdpSession gone = mine.sessions.remove(key);
                            if (gone != null) {
                                mine.watch.remove(gone);
                                var _ = mine.unflushed.remove(gone);
                            }
                        });
        mine.sessions.put(key, session);
        mine.watch.add(session);
        session.begin();
        return Optional.of(session);
    }

    private void ordered(BackendOrders.Change change) {
        switch (change) {
            case BackendOrders.Change.OfBackend(var which, var order) -> {
                if (order.blocked()) {
                    cut(List.of(which), false);
                }
            }
            case BackendOrders.Change.OfClients() -> cut(List.of(), false);
        }
    }

    /** Cuts sessions with these backends and of blocked clients, or all. */
    private void cut(List<BackendOrders.Which> backends, boolean all) {
        loops.forEach((loop, mine) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(() ->
                        List.copyOf(mine.sessions.values()).stream()
                                .filter(each ->
                                        all
                                                || backends.stream().anyMatch(each::isAt)
                                                || parts.orders()
                                                        .blocks(each.client().getAddress()))
                                .forEach(UdpSession::end));
            }
        });
    }
}
