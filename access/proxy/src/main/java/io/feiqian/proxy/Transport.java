package io.feiqian.proxy;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How sockets are worked with, and the event loops that do it. What the machine does not have is
 * replaced by the next best, with a line in the log. Thread-safe; closing it waits until its loops
 * have ended.
 */
public final class Transport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);

    /** A way to work with sockets. */
    public enum Kind {
        /** Linux's epoll: the default. */
        EPOLL,
        /** Linux's io_uring; else epoll. */
        IO_URING,
        /** Java's own, on every machine. */
        NIO
    }

    private final Kind kind;
    private final EventLoopGroup loops;

    private Transport(Kind kind, EventLoopGroup loops) {
        this.kind = kind;
        this.loops = loops;
    }

    /** Epoll where it is, with a loop for each processor. */
    public static Transport usual() {
        return open(Kind.EPOLL, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Opens it.
     *
     * @param wanted what is to be used if the machine has it
     * @param threads how many event loops, at least one
     */
    public static Transport open(Kind wanted, int threads) {
        return open(wanted, threads, Transport::isThere);
    }

    /** The same where {@code there} says what the machine has; Java's own way it has always. */
    static Transport open(Kind wanted, int threads, Predicate<Kind> there) {
        Kind kind = wanted;
        while (kind != Kind.NIO) {
            if (there.test(kind)) {
                try {
                    return opened(kind, threads);
                } catch (RuntimeException refused) {
                    // Such as a bound for locked memory that so many rings would pass.
                    LOG.warn("{} cannot be begun: {}", kind, refused.toString());
                }
            }
            Kind next = kind == Kind.IO_URING ? Kind.EPOLL : Kind.NIO;
            LOG.warn("{} is not to be had here; {} is tried instead", kind, next);
            kind = next;
        }
        return opened(kind, threads);
    }

    private static Transport opened(Kind kind, int threads) {
        IoHandlerFactory io =
                switch (kind) {
                    case EPOLL -> LastingEpoll.newFactory();
                    case IO_URING -> IoUringIoHandler.newFactory();
                    case NIO -> NioIoHandler.newFactory();
                };
        return new Transport(
                kind,
                new MultiThreadIoEventLoopGroup(
                        threads, new DefaultThreadFactory("gateway", true), io));
    }

    /** What is used. */
    public Kind kind() {
        return kind;
    }

    /** The event loops. */
    public EventLoopGroup loops() {
        return loops;
    }

    /** Whether several sockets may listen at one port, each with a loop of its own. */
    public boolean sharesPorts() {
        return kind != Kind.NIO;
    }

    /** What listens for connections. */
    public Class<? extends ServerChannel> server() {
        return switch (kind) {
            case EPOLL -> EpollServerSocketChannel.class;
            case IO_URING -> IoUringServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    /** What connects. */
    public Class<? extends SocketChannel> client() {
        return switch (kind) {
            case EPOLL -> EpollSocketChannel.class;
            case IO_URING -> IoUringSocketChannel.class;
            case NIO -> NioSocketChannel.class;
        };
    }

    /** What sends and receives datagrams. */
    public Class<? extends DatagramChannel> datagram() {
        return switch (kind) {
            case EPOLL -> EpollDatagramChannel.class;
            case IO_URING -> IoUringDatagramChannel.class;
            case NIO -> NioDatagramChannel.class;
        };
    }

    /** Whether this channel is a plain socket of epoll. */
    public static boolean isEpoll(Channel channel) {
        return channel instanceof EpollSocketChannel;
    }

    /** Ends the loops. */
    @Override
    public void close() {
        loops.shutdownGracefully(50, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private static boolean isThere(Kind kind) {
        return switch (kind) {
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable();
            case NIO -> true;
        };
    }
}
