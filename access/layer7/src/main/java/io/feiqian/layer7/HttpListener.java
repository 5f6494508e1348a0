package io.feiqian.layer7;

import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.ConnectionGate;
import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.Network;
import io.feiqian.proxy.TlsContexts;
import io.feiqian.proxy.TlsServer;
import io.feiqian.proxy.Transport;
import io.micrometer.core.instrument.Counter;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A listener of HTTP while it runs, with its connections. Another configuration of it holds for
 * connections that come from then on. Thread-safe.
 */
final class HttpListener {
    private static final int BACKLOG = 4_096;
    private static final AttributeKey<InetAddress> CLIENT = AttributeKey.valueOf("gateway-client");

    /**
     * What holds for one connection.
     *
     * @param config the listener's configuration
     * @param trusted whose word on clients is believed
     */
    record Run(
            ListenerConfig config,
            List<Network> trusted,
            long headNanos,
            long bodyNanos,
            long requestNanos,
            long answerNanos,
            long idleNanos,
            Optional<TlsServer> tls) {
        static Run of(ListenerConfig config, Optional<TlsServer> tls) {
            return new Run(
                    config,
                    config.trusted().stream().map(Network::parse).toList(),
                    config.timeouts().head().toNanos(),
                    config.timeouts().body().toNanos(),
                    config.timeouts().request().toNanos(),
                    config.timeouts().answer().toNanos(),
                    config.timeouts().idle().toNanos(),
                    tls);
        }
    }

    private final Layer7 engine;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ConnectionGate.Door door;
    private final List<Channel> listening = new ArrayList<>();
    private final Counter malformed;
    private volatile Run run;

    HttpListener(Layer7 engine, ListenerConfig config) {
        this.engine = engine;
        this.run = prepare(config, Optional.empty());
        this.malformed =
                Counter.builder("feiqian.gateway.malformed")
                        .description("Requests that were refused since they are no HTTP")
                        .tag("listener", config.name())
                        .register(engine.parts().metrics());
        this.door = engine.parts().shared().gate().door(config.name());
    }

    /** Begins to listen. */
    void listen(Transport transport, EventLoopGroup loops) {
        for (String each : run.config().addresses()) {
            HostPort at = HostPort.parse(each);
            ChannelFuture bound =
                    new ServerBootstrap()
                            .group(loops)
                            .channel(transport.server())
                            .option(ChannelOption.SO_BACKLOG, BACKLOG)
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .childOption(ChannelOption.ALLOCATOR, Buffers.MEMORY)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childOption(ChannelOption.SO_KEEPALIVE, true)
                            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                            .childOption(ChannelOption.RECVBUF_ALLOCATOR, Buffers.reading())
                            .childOption(
                                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                                    new WriteBufferWaterMark(65_536, 131_072))
                            .childHandler(new Initializer())
                            .bind(new InetSocketAddress(at.host(), at.port()))
                            .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                stopListening();
                throw new IllegalStateException(
                        "HTTP port %s cannot be had: %s"
                                .formatted(each, bound.cause().getMessage()),
                        bound.cause());
            }
            listening.add(bound.channel());
        }
    }

    ListenerConfig config() {
        return run.config();
    }

    /** What will hold for connections; the files of TLS are read. */
    Run prepare(ListenerConfig config) {
        return prepare(config, Optional.of(run));
    }

    private Run prepare(ListenerConfig config, Optional<Run> before) {
        if (before.isPresent() && before.get().config().equals(config)) {
            return before.get();
        }
        return Run.of(
                config,
                config.tls()
                        .map(tls ->
                                engine.tls()
                                        .server(
                                                config.name(),
                                                tls,
                                                config.http2()
                                                        ? List.of(
                                                                TlsContexts.HTTP2,
                                                                TlsContexts.HTTP1)
                                                        : List.of(TlsContexts.HTTP1))));
    }

    /** What holds for connections from now on. */
    void take(Run next) {
        Run before = run;
        run = next;
        if (!before.equals(next)) {
            before.tls().ifPresent(TlsServer::close);
        }
    }

    /** What was made ready will not hold: another part of the configuration was refused. */
    void leaveOut(Run prepared) {
        if (!prepared.equals(run)) {
            prepared.tls().ifPresent(TlsServer::close);
        }
    }

    /** Connections of HTTP/2 are asked to end; nothing that was begun is cut. */
    void drain() {
        connections.forEach(each -> each.pipeline().fireUserEventTriggered(Http2Client.DRAIN));
    }

    /** The port of its first address. */
    int port() {
        return ((InetSocketAddress) listening.getFirst().localAddress()).getPort();
    }

    /** Where it listens, with the ports that were really taken. */
    List<InetSocketAddress> addresses() {
        return listening.stream().map(each -> (InetSocketAddress) each.localAddress()).toList();
    }

    int connections() {
        return door.open();
    }

    void malformed() {
        malformed.increment();
    }

    void stopListening() {
        run.tls().ifPresent(TlsServer::close);
        listening.forEach(each -> each.close().awaitUninterruptibly());
    }

    /** Connections leave as soon as they have answered. */
    void leave() {
        connections.forEach(each -> each.pipeline().fireUserEventTriggered(Http1Client.LEAVE));
    }

    /** Whether all connections were gone in time. */
    boolean awaitEmpty(long millis) {
        return connections.newCloseFuture().awaitUninterruptibly(millis);
    }

    void cut() {
        connections.close().awaitUninterruptibly();
    }

    /** Cuts the connections of clients whom operators have blocked. */
    void cutBlocked(BackendOrders orders) {
        for (Channel each : connections) {
            InetAddress client = each.attr(CLIENT).get();
            if (client != null && orders.blocks(client)) {
                var _ = each.close();
            }
        }
    }

    private final class Initializer extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            Run now = run;
            if (door.enter().isPresent()) {
                var _ = channel.close();
                return;
            }
            connections.add(channel);
            channel.pipeline().addLast(new Leaving());
            if (now.config().proxyProtocol() == ListenerConfig.ProxyHeader.NONE) {
                enter(channel, now, channel.remoteAddress());
                return;
            }
            if (!isTrusted(now, channel.remoteAddress())) {
                var _ = channel.close();
                return;
            }
            channel.pipeline()
                    .addLast(
                            new ProxyOpening(
                                    now.config().timeouts().handshake().toNanos(),
                                    from -> enter(channel, now, from)));
        }
    }

    /** Whose PROXY header is believed: where no networks are named, everybody who connects. */
    private static boolean isTrusted(Run now, SocketAddress from) {
        return now.trusted().isEmpty()
                || (from instanceof InetSocketAddress socket
                        && now.trusted().stream()
                                .anyMatch(each -> each.contains(socket.getAddress())));
    }

    /** It is known who a connection comes from. */
    private void enter(Channel channel, Run now, SocketAddress from) {
        InetAddress client = address(from);
        if (door.enter(client).isPresent()) {
            var _ = channel.close();
            return;
        }
        channel.attr(CLIENT).set(client);
        begin(channel, now, from);
    }

    private static InetAddress address(SocketAddress from) {
        return from instanceof InetSocketAddress socket && socket.getAddress() != null
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /**
     * Begins TLS on a connection where it is wanted, and then what is spoken.
     *
     * @param from who is at its other end
     */
    void begin(Channel channel, Run now, SocketAddress from) {
        Worker worker = engine.worker(channel.eventLoop());
        ListenerConfig config = now.config();
        if (now.tls().isEmpty() && !config.http2()) {
            channel.pipeline().addLast(http(false, worker, now, channel, from));
            return;
        }
        boolean secure = now.tls().isPresent();
        long wait =
                secure
                        ? config.timeouts().handshake().toNanos()
                        : config.timeouts().idle().toNanos();
        channel.pipeline()
                .addLast(
                        new ProtocolChoice(
                                worker,
                                secure,
                                wait,
                                http2 -> http(http2, worker, now, channel, from)));
        now.tls().ifPresent(tls -> tls.begin(channel.pipeline(), config.timeouts().handshake()));
    }

    private ChannelHandler http(
            boolean http2, Worker worker, Run now, Channel channel, SocketAddress from) {
        InetAddress address = address(from);
        Peer peer =
                new Peer(
                        new Client(
                                address,
                                now.tls().isPresent(),
                                TlsServer.shown(channel),
                                now.config().name()),
                        now.trusted());
        return http2
                ? Http2Client.of(worker, peer, now.config())
                : new Http1Client(worker, this, now, peer);
    }

    private final class Leaving extends ChannelInboundHandlerAdapter {
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            door.leave();
            InetAddress client = ctx.channel().attr(CLIENT).get();
            if (client != null) {
                door.leave(client);
            }
            ctx.fireChannelInactive();
        }
    }
}
