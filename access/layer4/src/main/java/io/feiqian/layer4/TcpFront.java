package io.feiqian.layer4;

import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.Networks;
import io.feiqian.proxy.TlsServer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A listener of TCP: takes connections as far as its bounds allow, finds the pool for each and
 * passes bytes on both ways (P6.1.3-c). Its configuration may change while it runs: new connections
 * go by the new one, those that are there by the one they came under. Thread-safe.
 */
final class TcpFront implements AutoCloseable {
    /**
     * What new connections go by.
     *
     * @param tls TLS that ends here
     */
    record Rules(
            ListenerConfig config, ServerNames names, Networks trusted, Optional<TlsServer> tls) {}

    private final Layer4Parts parts;
    private final BackendTlsClients backendTls;
    private final Map<EventExecutor, LoopPipes> pipes;
    private final ConnectionGate.Door door;
    private final Map<EventExecutor, LoopWatch> watches = new HashMap<>();
    private final Runnable unwatch;
    private volatile Rules rules;

    TcpFront(
            ListenerConfig config,
            Layer4Parts parts,
            BackendTlsClients backendTls,
            Map<EventExecutor, LoopPipes> pipes) {
        this.parts = parts;
        this.backendTls = backendTls;
        this.pipes = pipes;
        this.door = parts.gate().door(config.name());
        for (EventExecutor each : parts.transport().loops()) {
            watches.put(each, new LoopWatch((EventLoop) each, parts.clock()));
        }
        this.rules = rules(config);
        this.unwatch = parts.orders().watch(this::ordered);
    }

    ListenerConfig config() {
        return rules.config();
    }

    /** New connections go by this from now on. */
    void configure(ListenerConfig next) {
        Rules before = rules;
        if (!before.config().equals(next)) {
            rules = rules(next);
            before.tls().ifPresent(TlsServer::close);
        }
    }

    /** A connection has come; on its event loop. */
    void take(SocketChannel channel) {
        if (door.enter().isPresent()) {
            refuse(channel);
            return;
        }
        Rules now = rules;
        LoopWatch watch = watches.get(channel.eventLoop());
        if (watch == null) {
            door.leave();
            refuse(channel);
            return;
        }
        TcpConnection connection = new TcpConnection(channel, this, now, watch);
        connection.begin();
    }

    /** Cuts all connections that are there. */
    void cut() {
        cut(connection -> true);
    }

    int open() {
        return door.open();
    }

    ConnectionGate.Door door() {
        return door;
    }

    BackendTlsClients backendTls() {
        return backendTls;
    }

    /** The pipes of this loop; none where the kernel is not to move bytes. */
    @Nullable LoopPipes pipes(EventExecutor loop) {
        return pipes.get(loop);
    }

    Layer4Parts parts() {
        return parts;
    }

    Optional<BackendPool> pool(Rules by, Optional<String> serverName) {
        return serverName
                .flatMap(by.names()::pool)
                .or(() -> by.config().pool())
                .flatMap(parts.pools()::pool);
    }

    @Override
    public void close() {
        unwatch.run();
        cut();
        rules.tls().ifPresent(TlsServer::close);
    }

    /** Ends it with a reset, which costs nobody anything any more. */
    static void refuse(SocketChannel channel) {
        var _ = channel.config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = channel.close();
    }

    private Rules rules(ListenerConfig config) {
        return new Rules(
                config,
                new ServerNames(config.serverNames()),
                Networks.parse(config.trusted()),
                config.tls().map(tls -> parts.tls().server(config.name(), tls, List.of())));
    }

    private void ordered(BackendOrders.Change change) {
        switch (change) {
            case BackendOrders.Change.OfBackend(var which, var order) -> {
                if (order.blocked()) {
                    cut(each -> each.isAt(which));
                }
            }
            case BackendOrders.Change.OfClients() ->
                    cut(each -> each.client().filter(parts.orders()::blocks).isPresent());
        }
    }

    private void cut(Predicate<TcpConnection> which) {
        Consumer<LoopWatch.Watched> cut =
                watched -> {
                    if (watched instanceof TcpConnection connection && which.test(connection)) {
                        connection.abort();
                    }
                };
        for (LoopWatch each : new ArrayList<>(watches.values())) {
            if (!each.loop().isShuttingDown()) {
                each.loop().execute(() -> each.each(cut));
            }
        }
    }
}
