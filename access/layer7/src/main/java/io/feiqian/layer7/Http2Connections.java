package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of one event loop to one backend that speaks HTTP/2: the first that has room is
 * used, so that few are; another one is made where none has. Confined to its event loop; only the
 * number of connections is shared.
 */
final class Http2Connections extends BackendConnections {
    private final Worker worker;
    private final AtomicInteger open;
    private final int most;
    private final List<Http2Backend> all = new ArrayList<>();
    private final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    private String unfit = "";
    private boolean connecting;
    private boolean left;

    Http2Connections(Worker worker, PoolRun pool, Member<Backend> member) {
        super(worker, pool, member);
        this.worker = worker;
        this.open = pool.open(member);
        this.most = pool.config().connections();
    }

    @Override
    void acquire(Exchange exchange) {
        for (Http2Backend each : all) {
            if (each.hasRoom()) {
                give(each, exchange);
                return;
            }
        }
        pool().waiting.incrementAndGet();
        waiting.add(exchange);
        connect();
    }

    private static void give(Http2Backend backend, Exchange exchange) {
        boolean reused = backend.isUsed();
        exchange.reached(backend.begin(exchange), reused);
    }

    @Override
    boolean giveUp(Exchange exchange) {
        boolean waited = waiting.remove(exchange);
        if (waited) {
            pool().waiting.decrementAndGet();
        }
        return waited && !connecting;
    }

    /** One at a time: who knows how many requests fit on it. */
    private void connect() {
        if (connecting) {
            return;
        }
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            return;
        }
        connecting = true;
        unfit = "";
        Http2Backend backend = Http2Backend.of(worker, this);
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
        var _ = made.addListener(_ -> connected(backend, made));
    }

    private void connected(Http2Backend backend, ChannelFuture made) {
        if (made.isSuccess()) {
            all.add(backend);
            made(made.channel());
            // It is used from its settings on: room() is called then, or closed().
            var _ =
                    made.channel()
                            .eventLoop()
                            .schedule(
                                    () -> late(backend),
                                    pool().connectNanos,
                                    java.util.concurrent.TimeUnit.NANOSECONDS);
        } else {
            open.decrementAndGet();
            connecting = false;
            if (worker.hasOther(member().target())) {
                connect();
            }
            if (!connecting) {
                fail(String.valueOf(made.cause().getMessage()));
            }
        }
    }

    private void late(Http2Backend backend) {
        if (connecting && all.contains(backend) && !backend.isReady()) {
            unfit("no settings of HTTP/2 in time");
            var _ = backend.context().close();
        }
    }

    /** A connection that was made cannot be used. */
    void unfit(String why) {
        unfit = why;
    }

    private void fail(String why) {
        List<Exchange> all = new ArrayList<>(waiting);
        pool().waiting.addAndGet(-all.size());
        waiting.clear();
        all.forEach(each -> each.unreached(why));
    }

    /** Some connection may have room. */
    void room() {
        if (connecting && all.stream().anyMatch(Http2Backend::hasRoom)) {
            connecting = false;
        }
        for (Http2Backend each : List.copyOf(all)) {
            while (!waiting.isEmpty() && each.hasRoom()) {
                pool().waiting.decrementAndGet();
                give(each, waiting.remove());
            }
        }
        if (!waiting.isEmpty()) {
            connect();
        }
        if (left) {
            all.forEach(Http2Backend::leave);
        }
    }

    void closed(Http2Backend backend) {
        open.decrementAndGet();
        all.remove(backend);
        if (connecting && !backend.isReady()) {
            connecting = false;
            fail(unfit.isEmpty() ? "the backend closed before it spoke HTTP/2" : unfit);
        } else if (!waiting.isEmpty()) {
            connect();
        }
    }

    @Override
    void lookAround() {
        if (member().target().address().isUnresolved()) {
            List.copyOf(all).stream()
                    .filter(each -> !worker.isThere(member().target(), each.context().channel()))
                    .forEach(Http2Backend::leave);
        }
        if (!waiting.isEmpty()) {
            room();
        } else if (pool().waiting.get() > 0 && open.get() >= most) {
            List.copyOf(all).stream()
                    .filter(Http2Backend::isIdle)
                    .findFirst()
                    .ifPresent(Http2Backend::leave);
        }
    }

    @Override
    void leave() {
        left = true;
        List.copyOf(all).forEach(Http2Backend::leave);
    }
}
