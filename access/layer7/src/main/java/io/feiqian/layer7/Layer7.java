package io.feiqian.layer7;

import static java.util.Objects.requireNonNull;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BoundsConfig;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.proxy.Transport;
import io.feiqian.rpc.GovernedCalls;
import io.feiqian.rpc.spi.CallPolicies;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in for HTTP (P6.1.3-d): listens, routes each request by the configuration in force, and
 * sends it to a backend or answers it. Runs on a few event loops, which nothing blocks; each has
 * connections to backends of its own. Thread-safe.
 */
public final class Layer7 implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Layer7.class);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);
    private static final Duration LAST_REQUESTS = Duration.ofMillis(500);

    private final Layer7Parts parts;
    private final TlsContexts tls;
    private final Transport transport;
    private final EventLoopGroup loops;
    private final AccessLog log;
    private final IdentityHashMap<EventLoop, Worker> workers = new IdentityHashMap<>();
    private final Map<String, HttpListener> listeners = new LinkedHashMap<>();
    private final List<HttpListener> former = new ArrayList<>();
    private final Map<String, RouteMeters> meters = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile CallPolicies adaptive = CallPolicies.NONE;
    private volatile Routing routing;
    private final Runnable unwatch;
    private volatile boolean stopping;
    private boolean stopped;

    private Layer7(Layer7Parts parts, Transport transport) {
        this.parts = parts;
        this.tls = parts.shared().tls();
        this.transport = transport;
        this.loops = transport.loops();
        this.log = new AccessLog(ProxyConfig.NONE.accessLog(), parts.metrics());
        this.routing = new Routing(ProxyConfig.NONE, Map.of(), parts.guard(), this::meters);
        MeterRegistry metrics = parts.metrics();
        metrics.gauge("feiqian.gateway.in.flight", requests);
        for (EventExecutor each : loops) {
            EventLoop loop = (EventLoop) each;
            workers.put(
                    loop,
                    new Worker(
                            this,
                            loop,
                            transport,
                            parts.clock(),
                            log,
                            parts.randomness().nextLong() | 1));
        }
        workers.values().forEach(Worker::start);
        this.unwatch = parts.shared().orders().watch(this::ordered);
    }

    /**
     * Starts to listen.
     *
     * @param transport sockets and event loops; whoever opened it closes it, after this
     * @throws IllegalStateException where an address cannot be had; the message names it
     */
    public static Layer7 start(ProxyConfig config, Layer7Parts parts, Transport transport) {
        Layer7 started = new Layer7(parts, transport);
        try {
            started.take(config);
        } catch (RuntimeException refused) {
            started.close();
            throw refused;
        }
        LOG.info("listening by {}, {} event loops", transport.kind(), started.workers.size());
        return started;
    }

    /**
     * Goes by another configuration from the next request on. Requests in flight end by the one
     * they began with; pools that did not change keep their connections and what is known of their
     * backends; listeners whose addresses did not change keep their connections.
     *
     * @throws IllegalStateException where an address cannot be had; then nothing has changed
     */
    public synchronized void take(ProxyConfig config) {
        Map<String, PoolRun> pools = new HashMap<>();
        Routing next;
        List<HttpListener> opened;
        try {
            for (PoolConfig each : config.pools()) {
                PoolRun known = routing.pool(each.name());
                pools.put(
                        each.name(),
                        known != null && known.config().equals(each)
                                ? known
                                : new PoolRun(parts.shared().pools().apply(each), tls));
            }
            next = new Routing(config, pools, parts.guard(), this::meters);
            opened = listen(config);
        } catch (RuntimeException refused) {
            pools.values().stream()
                    .filter(each -> routing.pool(each.config().name()) != each)
                    .forEach(PoolRun::close);
            throw refused;
        }
        adapt(config.bounds());
        log.take(config.accessLog());
        Routing before = routing;
        routing = next;
        before.pools().values().stream()
                .filter(each -> next.pool(each.config().name()) != each)
                .forEach(PoolRun::close);
        for (HttpListener each : opened) {
            listeners.put(each.config().name(), each);
        }
        workers.values().forEach(each -> each.loop.execute(() -> each.forget(next)));
    }

    /** Opens what is new; closes what is gone once all that is new is open. */
    private List<HttpListener> listen(ProxyConfig config) {
        List<HttpListener> opened = new ArrayList<>();
        Map<String, HttpListener> kept = new HashMap<>();
        Map<String, HttpListener.Run> newer = new HashMap<>();
        try {
            for (ListenerConfig each : config.listeners()) {
                if (each.protocol() != ListenerConfig.Protocol.HTTP) {
                    continue;
                }
                HttpListener known = listeners.get(each.name());
                if (known != null && known.config().addresses().equals(each.addresses())) {
                    newer.put(each.name(), known.prepare(each));
                    kept.put(each.name(), known);
                    continue;
                }
                HttpListener fresh = new HttpListener(this, each);
                fresh.listen(transport, loops);
                opened.add(fresh);
            }
        } catch (RuntimeException refused) {
            opened.forEach(HttpListener::stopListening);
            kept.forEach((name, each) -> each.leaveOut(requireNonNull(newer.get(name))));
            throw refused;
        }
        kept.forEach((name, each) -> each.take(requireNonNull(newer.get(name))));
        listeners
                .values()
                .removeIf(each -> {
                    boolean gone = kept.get(each.config().name()) != each;
                    if (gone) {
                        each.stopListening();
                        each.leave();
                        former.add(each);
                    }
                    return gone;
                });
        former.removeIf(each -> each.connections() == 0);
        return opened;
    }

    /** The adaptive limit is the one of the service governance (M6.6-9). */
    private void adapt(BoundsConfig bounds) {
        BoundsConfig before = routing.config().bounds();
        if (!bounds.adaptive()) {
            adaptive = CallPolicies.NONE;
        } else if (adaptive.equals(CallPolicies.NONE) || !before.equals(bounds)) {
            Governance limit = Governance.of(GovernanceSetup.at(Side.GATEWAY));
            var taken =
                    limit.publish(
                            ("{\"version\": 1, \"policies\": [{\"id\": \"gateway-adaptive\","
                                            + " \"version\": 1, \"side\": \"gateway\", \"concurrency\":"
                                            + " {\"most\": %d, \"adaptive\": {}}}]}")
                                    .formatted(bounds.requests()));
            if (!taken.isAccepted()) {
                throw new IllegalStateException("adaptive limit: " + taken.message());
            }
            adaptive = new GovernedCalls(limit, parts.timer(), parts.randomness());
        }
    }

    private RouteMeters meters(String route) {
        return meters.computeIfAbsent(route, name -> new RouteMeters(parts.metrics(), name));
    }

    /** The configuration in force. */
    public Routing routing() {
        return routing;
    }

    /** The port of the first address of a listener. */
    public synchronized int port(String listener) {
        HttpListener known = listeners.get(listener);
        if (known == null) {
            throw new IllegalArgumentException("listener " + listener + ": none (expected: one)");
        }
        return known.port();
    }

    /** Where its listeners listen, by name, with the ports that were really taken. */
    public synchronized Map<String, List<InetSocketAddress>> addresses() {
        Map<String, List<InetSocketAddress>> all = new LinkedHashMap<>();
        listeners.forEach((name, each) -> all.put(name, each.addresses()));
        return all;
    }

    /** How many connections a listener has. */
    public synchronized int connections(String listener) {
        HttpListener known = listeners.get(listener);
        return known == null ? 0 : known.connections();
    }

    /** How many requests are in flight. */
    public int requests() {
        return requests.get();
    }

    /** Whether it is about to stop: connections end with their next answer. */
    public boolean isStopping() {
        return stopping;
    }

    /**
     * Stops in order and blocks until it is over: accepts no connection, says in each answer that
     * the connection ends, waits for requests in flight, closes.
     *
     * @param patience how long requests in flight may take; then they are cut off
     * @return whether all of them were answered
     */
    public synchronized boolean stop(Duration patience) {
        if (stopped) {
            return true;
        }
        stopped = true;
        listeners.values().forEach(HttpListener::stopListening);
        stopping = true;
        boolean all = true;
        List<HttpListener> every = every();
        unwatch.run();
        try {
            every.forEach(HttpListener::drain);
            // Whoever asks within a moment hears with the answer that the connection ends; a
            // connection that is closed while a request is on its way loses that request.
            long moment = Math.min(patience.toMillis(), LAST_REQUESTS.toMillis());
            for (HttpListener each : every) {
                var _ = each.awaitEmpty(moment);
            }
            if (requests.get() == 0) {
                drained.complete(null);
            }
            drained.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            every.forEach(HttpListener::leave);
            for (HttpListener each : every) {
                all &= each.awaitEmpty(LAST_ANSWERS.toMillis());
            }
        } catch (TimeoutException | ExecutionException late) {
            all = false;
        } catch (InterruptedException interrupted) {
            all = false;
            Thread.currentThread().interrupt();
        }
        every.forEach(HttpListener::cut);
        workers.values().forEach(each -> each.loop.submit(each::stop).awaitUninterruptibly());
        log.close();
        return all;
    }

    /** Stops without patience. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /** What operators have blocked is cut, at once. */
    private void ordered(BackendOrders.Change change) {
        switch (change) {
            case BackendOrders.Change.OfBackend(var which, var order) -> {
                if (order.blocked()) {
                    workers.values().forEach(each -> each.loop.execute(() -> each.cut(which)));
                }
            }
            case BackendOrders.Change.OfClients() -> {
                BackendOrders orders = parts.shared().orders();
                every().forEach(each -> each.cutBlocked(orders));
            }
        }
    }

    private synchronized List<HttpListener> every() {
        List<HttpListener> every = new ArrayList<>(former);
        every.addAll(listeners.values());
        return every;
    }

    // For what works inside.

    TlsContexts tls() {
        return tls;
    }

    Layer7Parts parts() {
        return parts;
    }

    Worker worker(EventLoop loop) {
        Worker known = workers.get(loop);
        if (known == null) {
            throw new IllegalStateException("event loop: not ours (expected: ours)");
        }
        return known;
    }

    /** The rules of a side: 0 the adaptive limit, 1 the side that serves, 2 the one that calls. */
    CallPolicies rules(int side) {
        return switch (side) {
            case 0 -> adaptive;
            case 1 -> parts.incoming();
            default -> parts.outgoing();
        };
    }

    boolean admit() {
        if (requests.incrementAndGet() > routing.config().bounds().requests()) {
            done();
            return false;
        }
        return true;
    }

    void done() {
        if (requests.decrementAndGet() == 0 && stopping) {
            drained.complete(null);
        }
    }
}
