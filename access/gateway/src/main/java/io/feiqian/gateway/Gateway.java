package io.feiqian.gateway;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Placement;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.telemetry.Telemetry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server in front of all cells (D5.1-0): serves every method with an HTTP rule of the
 * services it has descriptors of, whichever cell the request belongs to.
 *
 * <p>Runs on a few event loops, which nothing blocks. Needs no registry while it serves: route map
 * and instances are what was known last.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int BACKLOG = 1_024;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final GatewayConfig config;
    private final Clock clock;
    private final Front front;
    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();
    private final Channel listening;

    private Gateway(GatewayConfig config, Clock clock, Front front) {
        this.config = config;
        this.clock = clock;
        this.front = front;
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends ServerChannel> type =
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        this.loops = new MultiThreadIoEventLoopGroup(io);
        this.listening = listen(type);
    }

    /**
     * Starts a gateway for all services on the class path and in the configured files.
     *
     * @param clients the way to the cells
     * @param token the admin token; empty refuses everything that is for operators only
     * @param ready whether the way to the cells is known; asked by {@code /health/ready}
     * @throws IllegalArgumentException where a descriptor set cannot be used
     * @throws IllegalStateException where the port cannot be had; the message names it
     */
    public static Gateway start(
            GatewayConfig config,
            CellClients clients,
            Optional<AdminToken> token,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock) {
        return start(
                config,
                clients,
                CallPolicies.NONE,
                token,
                EdgeLabels.none(),
                ready,
                telemetry,
                clock);
    }

    /**
     * The same with rules that judge each request before it is sent on (P6.2.2.5-h), and with
     * labels for requests.
     *
     * @param rules as the side that serves
     * @param labels which label a request gets
     */
    public static Gateway start(
            GatewayConfig config,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock) {
        List<ServiceDescriptor> services =
                DescriptorSets.load(Gateway.class.getClassLoader(), config.descriptors());
        return start(config, services, clients, rules, token, labels, ready, telemetry, clock);
    }

    /** Starts a gateway for these services. */
    static Gateway start(
            GatewayConfig config,
            List<ServiceDescriptor> services,
            CellClients clients,
            CallPolicies rules,
            Optional<AdminToken> token,
            EdgeLabels labels,
            BooleanSupplier ready,
            Telemetry telemetry,
            Clock clock) {
        RouteTable routes = RouteTable.of(services);
        Randomness random = Randomness.secure();
        LOG.info("{} paths of {} services", routes.methods().size(), services.size());
        Front front =
                new Front(
                        routes,
                        new Api(config, clients, rules, token, labels, clock, telemetry.tracing()),
                        new Front.Own(
                                ready,
                                telemetry::prometheusText,
                                new TraceNumbers(
                                        config.channel(),
                                        clock,
                                        random,
                                        new Placement(clients, random))),
                        config.maxInFlight(),
                        clock,
                        telemetry.metrics());
        return new Gateway(config, clock, front);
    }

    /** The port it listens at. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /**
     * Stops in order and blocks until it is over: accepts no connection, refuses new requests,
     * waits for those in flight, closes.
     *
     * @param patience how long requests in flight may take; then they are cut off
     * @return whether all of them were answered
     */
    public boolean stop(Duration patience) {
        listening.close().awaitUninterruptibly();
        boolean all = true;
        try {
            front.stop().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            connections.forEach(each -> each.pipeline().fireUserEventTriggered(Connection.LEAVE));
            all = connections.newCloseFuture().await(LAST_ANSWERS.toMillis());
        } catch (TimeoutException | ExecutionException late) {
            all = false;
        } catch (InterruptedException interrupted) {
            all = false;
            Thread.currentThread().interrupt();
        }
        connections.close().awaitUninterruptibly();
        loops.shutdownGracefully(100, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        return all;
    }

    /** Stops without patience. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private Channel listen(Class<? extends ServerChannel> type) {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops)
                        .channel(type)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(new Initializer());
        var bound = bootstrap.bind(config.host(), config.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).awaitUninterruptibly();
            throw new IllegalStateException(
                    "HTTP port %s:%d cannot be had: %s"
                            .formatted(config.host(), config.port(), bound.cause().getMessage()),
                    bound.cause());
        }
        return bound.channel();
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            if (open.incrementAndGet() > config.maxConnections()) {
                open.decrementAndGet();
                var _ = channel.close();
                return;
            }
            connections.add(channel);
            Connection connection = new Connection(front, config, clock);
            channel.pipeline()
                    .addLast(new Leaving())
                    .addLast(new Connection.ByteWatch(connection))
                    .addLast(Framing.decoder(config))
                    .addLast(new HttpResponseEncoder())
                    .addLast(connection);
        }
    }

    private final class Leaving extends ChannelInboundHandlerAdapter {
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            open.decrementAndGet();
            ctx.fireChannelInactive();
        }
    }
}
