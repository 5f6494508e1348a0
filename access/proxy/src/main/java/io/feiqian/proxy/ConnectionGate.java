package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who may connect: counts connections and lets no more in than the bounds allow (P6.1.3-k), and
 * nobody whom operators have blocked. Bounds change while it runs. Thread-safe; being let in
 * allocates nothing unless clients have bounds of their own.
 */
public final class ConnectionGate {
    /** Why somebody was not let in. */
    public enum Refusal {
        /** All listeners together have as many connections as they may. */
        ALL,
        /** The listener has as many connections as it may. */
        LISTENER,
        /** Too many new ones came to the listener within a second. */
        RATE,
        /** The client has as many connections as it may. */
        CLIENT,
        /** Too many new ones came from the client within a second. */
        CLIENT_RATE,
        /** Operators have blocked the client's network. */
        BLOCKED;

        private final Optional<Refusal> present = Optional.of(this);
    }

    private final Clock clock;
    private final BackendOrders orders;
    private final MeterRegistry metrics;
    private final Map<String, Door> doors = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile int most = BoundsConfig.USUAL.connections();

    /** A gate with the usual bounds. */
    public ConnectionGate(Clock clock, BackendOrders orders, MeterRegistry metrics) {
        this.clock = clock;
        this.orders = orders;
        this.metrics = metrics;
    }

    /** Other bounds from now on; whoever is connected stays. */
    public void configure(BoundsConfig all, List<ListenerConfig> listeners) {
        most = all.connections();
        listeners.forEach(each -> door(each.name()).bounds = each.connections());
        doors.values()
                .removeIf(each -> {
                    boolean gone =
                            each.open.get() == 0
                                    && listeners.stream()
                                            .noneMatch(it -> it.name().equals(each.name));
                    if (gone) {
                        each.meters.close();
                    }
                    return gone;
                });
    }

    /** How often somebody was not let in since the start, by reason. */
    public Map<Refusal, Long> refusals() {
        Map<Refusal, Long> all = new EnumMap<>(Refusal.class);
        doors.values()
                .forEach(each ->
                        each.meters
                                .refusals()
                                .forEach((why, count) -> all.merge(why, count, Long::sum)));
        return all;
    }

    /** How many connections there are at all listeners. */
    public int open() {
        return open.get();
    }

    /** The door of one listener. */
    public Door door(String listener) {
        return doors.computeIfAbsent(listener, Door::new);
    }

    /** The way in at one listener. Thread-safe. */
    public final class Door {
        private final String name;
        private final AtomicInteger open = new AtomicInteger();
        private final TokenBucket rate = new TokenBucket();
        private final ClientBounds clients = new ClientBounds();
        private final DoorMeters meters;
        private volatile ConnectionBounds bounds = ConnectionBounds.USUAL;

        private Door(String name) {
            this.name = name;
            this.meters = new DoorMeters(metrics, name, open);
        }

        /** How many connections the listener has. */
        public int open() {
            return open.get();
        }

        /**
         * A connection has come. Whoever is let in says {@link #leave} once when it has gone.
         *
         * @return why it is not let in; empty where it is
         */
        public Optional<Refusal> enter() {
            ConnectionBounds now = bounds;
            if (ConnectionGate.this.open.incrementAndGet() > most) {
                ConnectionGate.this.open.decrementAndGet();
                return refused(Refusal.ALL);
            }
            if (open.incrementAndGet() > now.most()) {
                leave();
                return refused(Refusal.LISTENER);
            }
            if (now.perSecond() > 0 && !rate.take(now.perSecond(), clock.nanos())) {
                leave();
                return refused(Refusal.RATE);
            }
            meters.entered();
            return Optional.empty();
        }

        /**
         * It is known who a connection that was let in comes from: at once, or when the PROXY
         * header has said so. Whoever is let in says {@link #leave(InetAddress)} once besides.
         *
         * @return why it is not let in; empty where it is
         */
        public Optional<Refusal> enter(InetAddress client) {
            if (orders.blocks(client)) {
                return refused(Refusal.BLOCKED);
            }
            ConnectionBounds now = bounds;
            if (now.mostPerClient() == 0 && now.perSecondPerClient() == 0) {
                return Optional.empty();
            }
            Optional<Refusal> refusal = clients.enter(client, now, clock.nanos());
            return refusal.isEmpty() ? refusal : refused(refusal.get());
        }

        /** A connection that was let in has gone. */
        public void leave() {
            open.decrementAndGet();
            ConnectionGate.this.open.decrementAndGet();
        }

        /** A client that was let in has gone. */
        public void leave(InetAddress client) {
            clients.leave(client);
        }

        /** Bytes have come from clients, and gone to them. */
        public void passed(long in, long out) {
            meters.passed(in, out);
        }

        /** Of how many clients something is kept. */
        int clients() {
            return clients.size();
        }

        private Optional<Refusal> refused(Refusal why) {
            meters.refused(why);
            return why.present;
        }
    }
}
