package io.feiqian.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A port where connections are taken. Where the machine can, each event loop listens with a socket
 * of its own and keeps what it takes, so that no connection is handed from thread to thread. What
 * becomes of connections may change while it listens. Thread-safe.
 */
public final class ListeningPort implements AutoCloseable {
    private static final int BACKLOG = 4_096;
    private static final WriteBufferWaterMark MARKS =
            new WriteBufferWaterMark(128 * 1_024, 512 * 1_024);

    private final List<Channel> sockets;
    private final InetSocketAddress address;
    private volatile Consumer<SocketChannel> taker;

    private ListeningPort(
            List<Channel> sockets, InetSocketAddress address, Consumer<SocketChannel> taker) {
        this.sockets = sockets;
        this.address = address;
        this.taker = taker;
    }

    /**
     * Begins to listen. Connections do not read by themselves at first, and a client that has ended
     * its half may go on listening.
     *
     * @param at where; {@code [::]:port} takes both families, port 0 any that is free
     * @param taker what becomes of connections; called on their event loops
     * @throws IllegalStateException where the port cannot be had; the message names it
     */
    public static ListeningPort open(
            Transport transport, HostPort at, Consumer<SocketChannel> taker) {
        InetSocketAddress where = new InetSocketAddress(at.host(), at.port());
        List<Channel> sockets = new ArrayList<>();
        CompletableFuture<ListeningPort> opened = new CompletableFuture<>();
        ChannelHandler accepting =
                new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        // Nobody connects before the port is known, but for a moment.
                        var _ = opened.thenAccept(port -> port.taker.accept(channel));
                    }
                };
        try {
            requireFree(where);
            for (EventExecutor loop : transport.loops()) {
                ChannelFuture bound =
                        bootstrap(transport, (EventLoop) loop, accepting)
                                .bind(where)
                                .awaitUninterruptibly();
                if (!bound.isSuccess()) {
                    throw new IllegalStateException(cannot(at, bound.cause()), bound.cause());
                }
                sockets.add(bound.channel());
                // Any free port is one port for all loops.
                where = (InetSocketAddress) bound.channel().localAddress();
                if (!transport.sharesPorts()) {
                    break;
                }
            }
        } catch (IOException taken) {
            throw new IllegalStateException(cannot(at, taken), taken);
        } catch (RuntimeException failed) {
            sockets.forEach(each -> each.close().awaitUninterruptibly());
            throw failed;
        }
        ListeningPort port = new ListeningPort(List.copyOf(sockets), where, taker);
        opened.complete(port);
        return port;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** What becomes of connections from now on. */
    public void taker(Consumer<SocketChannel> next) {
        taker = next;
    }

    /** Listens no more; what was taken stays. */
    @Override
    public void close() {
        sockets.forEach(each -> each.close().awaitUninterruptibly());
    }

    private static ServerBootstrap bootstrap(
            Transport transport, EventLoop loop, ChannelHandler accepting) {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .channel(transport.server())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, MARKS)
                        .childHandler(accepting);
        return transport.sharesPorts()
                ? bootstrap.group(loop, loop).option(UnixChannelOption.SO_REUSEPORT, true)
                : bootstrap.group(loop, transport.loops());
    }

    /** Ports that are shared among loops would be shared with another process too. */
    private static void requireFree(InetSocketAddress where) throws IOException {
        if (where.getPort() != 0) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(where, 1);
            }
        }
    }

    private static String cannot(HostPort at, Throwable why) {
        return "port %s cannot be had: %s".formatted(at, why.getMessage());
    }
}
