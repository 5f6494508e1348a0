package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.PoolConfig.BackendProtocol;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one event loop to one backend, whatever is spoken on them. Confined to its
 * event loop.
 */
abstract class BackendConnections {
    private final PoolRun pool;
    private final Member<Backend> member;
    private final Timer timer;
    private final Set<Channel> channels = new HashSet<>();

    BackendConnections(Worker worker, PoolRun pool, Member<Backend> member) {
        this.pool = pool;
        this.member = member;
        this.timer =
                RouteMeters.ofBackend(
                        worker.engine.parts().metrics(),
                        pool.config().name(),
                        member.target().name(),
                        member.target().cell());
    }

    /** Those of the protocol that the pool's backends speak. */
    static BackendConnections of(Worker worker, PoolRun pool, Member<Backend> member) {
        return pool.config().protocol() == BackendProtocol.HTTP2
                ? new Http2Connections(worker, pool, member)
                : new Http1Connections(worker, pool, member);
    }

    final PoolRun pool() {
        return pool;
    }

    final Member<Backend> member() {
        return member;
    }

    /** An attempt took so long. */
    final void count(long nanos) {
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A connection was made; it is known until it is closed. */
    final void made(Channel channel) {
        channels.add(channel);
        var _ = channel.closeFuture().addListener(_ -> channels.remove(channel));
    }

    /** Closes all connections, with what they carry. */
    final void cut() {
        for (Channel each : List.copyOf(channels)) {
            var _ = each.close();
        }
    }

    /** Gives a connection as soon as there is one: {@link Exchange#reached}, or not reached. */
    abstract void acquire(Exchange exchange);

    /** The exchange waits no longer. */
    abstract boolean giveUp(Exchange exchange);

    /** Those who wait try again; where others wait, they get what nobody uses here. */
    abstract void lookAround();

    /** Keeps no connection any more. */
    abstract void leave();
}
