package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendAddresses;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendResolvers;
import io.feiqian.proxy.Transport;
import io.feiqian.runtime.Clock;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to one event loop: its deadlines, its connections to backends, its part of the
 * access log. Nothing in it is shared, so nothing in it is locked.
 */
final class Worker {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    private static final long SECOND = 1_000_000_000;

    final Layer7 engine;
    final EventLoop loop;
    final TimerWheel wheel;
    final Bytes scratch = new Bytes();
    final AccessLog.Page log;
    final Gzips gzips;
    private final Head own = new Head();
    private final Clock clock;
    private final Transport transport;
    private final BackendAddresses addresses;
    private final BackendResolvers resolvers;
    private final IdentityHashMap<Member<Backend>, BackendConnections> connections =
            new IdentityHashMap<>();

    /** The same, for going through them at each turn without making anything. */
    private final List<BackendConnections> all = new ArrayList<>();

    private byte[] date = new byte[0];
    private long dateUntil;
    private @Nullable Future<?> turning;
    private long turns;
    private long chance;
    private long at;
    private boolean reading;

    /**
     * What belongs to an event loop.
     *
     * @param seed for choices that chance makes; not 0
     */
    Worker(
            Layer7 engine,
            EventLoop loop,
            Transport transport,
            Clock clock,
            AccessLog log,
            long seed) {
        this.chance = seed;
        this.engine = engine;
        this.loop = loop;
        this.transport = transport;
        this.addresses = engine.parts().shared().addresses();
        this.resolvers = addresses.resolvers();
        this.clock = clock;
        this.log = log.page(clock);
        this.gzips = new Gzips(engine.parts().metrics());
        this.wheel = new TimerWheel(clock.nanos());
        this.dateUntil = clock.nanos();
    }

    /** Begins to turn; once, before anything else. */
    void start() {
        turning =
                loop.scheduleAtFixedRate(
                        this::turn, TimerWheel.TURN, TimerWheel.TURN, TimeUnit.NANOSECONDS);
    }

    /** What came in one read has come at one moment, so the clock is read once for it. */
    void reads() {
        at = clock.nanos();
        reading = true;
    }

    /** What was read is done with. */
    void hasRead() {
        reading = false;
    }

    /** The time, by the clock that never goes back. */
    long now() {
        return reading ? at : clock.nanos();
    }

    Clock clock() {
        return clock;
    }

    /** A head for an answer that is written at once. */
    Head head() {
        return own;
    }

    /** Any number. */
    long chance() {
        chance ^= chance << 13;
        chance ^= chance >>> 7;
        chance ^= chance << 17;
        return chance;
    }

    /** Runs on the event loop, at once where this is it. */
    void run(Runnable work) {
        if (loop.inEventLoop()) {
            work.run();
        } else {
            loop.execute(work);
        }
    }

    /** The date as answers carry it. */
    byte[] date() {
        long now = now();
        if (now - dateUntil >= 0) {
            date = Bytes.ascii(DATE.format(clock.now()));
            dateUntil = now + SECOND / 2;
        }
        return date;
    }

    /** The connections to a backend from this event loop. */
    BackendConnections connections(PoolRun pool, Member<Backend> member) {
        BackendConnections known = connections.get(member);
        if (known == null) {
            known = BackendConnections.of(this, pool, member);
            connections.put(member, known);
            all.add(known);
        }
        return known;
    }

    /** A way to make a connection from this event loop. */
    Bootstrap bootstrap(PoolRun pool) {
        return new Bootstrap()
                .group(loop)
                .channel(transport.client())
                .resolver(resolvers)
                .option(ChannelOption.ALLOCATOR, Buffers.MEMORY)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, Buffers.reading())
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        (int) Math.max(1, pool.connectNanos / 1_000_000));
    }

    /** Makes a connection to a backend; of several addresses it takes the next that can be had. */
    ChannelFuture connect(Bootstrap ready, Backend backend) {
        InetSocketAddress at = addresses.now(backend).orElse(backend.address());
        ChannelFuture made = ready.connect(at);
        var _ =
                made.addListener(done -> {
                    if (!done.isSuccess()) {
                        addresses.unreached(backend, at);
                    }
                });
        return made;
    }

    /** Whether a backend that could not be reached has another address. */
    boolean hasOther(Backend backend) {
        return backend.address().isUnresolved() && addresses.hasOther(backend);
    }

    /** Whether a connection is still at an address of its backend. */
    boolean isThere(Backend backend, Channel made) {
        return !backend.address().isUnresolved() || addresses.holds(backend, made.remoteAddress());
    }

    /** Another configuration holds: connections that nobody needs any more are closed. */
    void forget(Routing now) {
        connections
                .values()
                .removeIf(each -> {
                    boolean gone = !now.has(each.pool(), each.member());
                    if (gone) {
                        each.leave();
                    }
                    return gone;
                });
        all.clear();
        all.addAll(connections.values());
    }

    /** A backend is blocked: its connections are closed, with what they carry. */
    void cut(BackendOrders.Which which) {
        for (BackendConnections each : all) {
            if (each.pool().config().name().equals(which.pool())
                    && each.member().target().name().equals(which.backend())) {
                each.cut();
            }
        }
    }

    /** Closes the unused connections to backends and hands over the last lines of the log. */
    void stop() {
        if (turning != null) {
            turning.cancel(false);
        }
        all.forEach(BackendConnections::leave);
        gzips.close();
        log.hand();
    }

    private void turn() {
        wheel.turn(clock.nanos());
        if (++turns % 5 == 0) {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).lookAround();
            }
            log.hand();
        }
    }
}
