package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one backend: the one that was used last is used next, and
 * where the backend has as many as it may have, requests wait for one. Confined to its event loop;
 * only the number of connections is shared.
 */
final class Http1Connections extends BackendConnections {
    private final Worker worker;
    private final AtomicInteger open;
    private final int most;
    private final ArrayDeque<Http1Backend> idle = new ArrayDeque<>();
    private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    private boolean left;

    Http1Connections(Worker worker, PoolRun pool, Member<Backend> member) {
        super(worker, pool, member);
        this.worker = worker;
        this.open = pool.open(member);
        this.most = pool.config().connections();
    }

    /** Gives a connection as soon as there is one: {@link Exchange#reached}, or not reached. */
    @Override
    void acquire(Exchange exchange) {
        Http1Backend known = take();
        if (known != null) {
            known.begin(exchange);
            exchange.reached(known, true);
        } else if (!connect(exchange)) {
            pool().waiting.incrementAndGet();
            waiting.add(exchange);
        }
    }

    /** The exchange waits no longer. */
    @Override
    boolean giveUp(Exchange exchange) {
        boolean waited = waiting.remove(exchange);
        if (waited) {
            pool().waiting.decrementAndGet();
        }
        return waited;
    }

    private @Nullable Http1Backend take() {
        for (Http1Backend each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
            if (each.isUsable()) {
                return each;
            }
        }
        return null;
    }

    private boolean connect(Exchange exchange) {
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            return false;
        }
        Http1Backend backend = new Http1Backend(worker, this);
        int attempt = exchange.attempt();
        ChannelFuture made =
                worker.connect(
                        worker.bootstrap(pool())
                                .handler(
                                        new ChannelInitializer<>() {
                                            @Override
                                            protected void initChannel(Channel channel) {
                                                pool().prepare(channel, member().target());
                                                channel.pipeline().addLast(backend);
                                            }
                                        }),
                        member().target());
        made.addListener(done -> connected(exchange, attempt, backend, made));
        return true;
    }

    private void connected(
            Exchange exchange, int attempt, Http1Backend backend, ChannelFuture made) {
        if (!made.isSuccess()) {
            open.decrementAndGet();
            boolean elsewhere =
                    exchange.attempt() == attempt
                            && worker.hasOther(member().target())
                            && connect(exchange);
            if (exchange.attempt() == attempt && !elsewhere) {
                exchange.unreached(String.valueOf(made.cause().getMessage()));
            }
            return;
        }
        made(made.channel());
        made.channel().closeFuture().addListener(done -> closed(backend));
        SslHandler tls = made.channel().pipeline().get(SslHandler.class);
        if (tls == null) {
            ready(exchange, attempt, backend);
            return;
        }
        // Before TLS has begun nothing of a request goes out: it can still go elsewhere.
        tls.handshakeFuture()
                .addListener(done -> {
                    if (done.isSuccess()) {
                        ready(exchange, attempt, backend);
                    } else if (exchange.attempt() == attempt) {
                        exchange.unreached("TLS: " + done.cause().getMessage());
                    }
                });
    }

    private void ready(Exchange exchange, int attempt, Http1Backend backend) {
        if (exchange.attempt() == attempt) {
            backend.begin(exchange);
            exchange.reached(backend, false);
        } else {
            release(backend);
        }
    }

    private void closed(Http1Backend backend) {
        open.decrementAndGet();
        idle.remove(backend);
        serveWaiting();
    }

    /** A connection is free again. */
    void release(Http1Backend backend) {
        Exchange next = waiting.pollFirst();
        if (next != null) {
            pool().waiting.decrementAndGet();
            backend.begin(next);
            next.reached(backend, true);
        } else if (left || !isThere(backend)) {
            backend.close();
        } else {
            idle.addFirst(backend);
            backend.rest(pool().idleNanos);
        }
    }

    private boolean isThere(Http1Backend backend) {
        return worker.isThere(member().target(), backend.context().channel());
    }

    private void serveWaiting() {
        while (!waiting.isEmpty()) {
            Exchange next = waiting.getFirst();
            if (!connect(next)) {
                return;
            }
            waiting.removeFirst();
            pool().waiting.decrementAndGet();
        }
    }

    /** Those who wait try again; where others wait, they get what nobody uses here. */
    @Override
    void lookAround() {
        if (member().target().address().isUnresolved()) {
            List.copyOf(idle).stream().filter(each -> !isThere(each)).forEach(Http1Backend::close);
        }
        if (!waiting.isEmpty()) {
            serveWaiting();
        } else if (pool().waiting.get() > 0 && open.get() >= most) {
            Http1Backend unused = take();
            if (unused != null) {
                unused.close();
            }
        }
    }

    /** Keeps no connection any more. */
    @Override
    void leave() {
        left = true;
        for (Http1Backend each = take(); each != null; each = take()) {
            each.close();
        }
    }
}
