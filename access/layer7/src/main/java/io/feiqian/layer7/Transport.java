package io.feiqian.layer7;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How bytes come and go: epoll where the machine has it, io_uring where it is asked for and can be
 * had, else what Java has everywhere.
 *
 * @param name which it is
 * @param io makes the event loops' own part
 * @param server the kind of listening channel
 * @param client the kind of connection
 */
public record Transport(
        String name,
        IoHandlerFactory io,
        Class<? extends ServerChannel> server,
        Class<? extends Channel> client) {
    /** Where buffers come from. */
    static final ByteBufAllocator MEMORY = PooledByteBufAllocator.DEFAULT;

    private static final Logger LOG = LoggerFactory.getLogger(Transport.class);
    private static final String URING = "io.netty.channel.uring.";

    /**
     * The wanted one, or the next best that this machine has.
     *
     * @param wanted {@code epoll}, {@code io_uring} or {@code nio}
     */
    public static Transport of(String wanted) {
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "io_uring" -> uring();
            case "nio" -> nio();
            case "epoll" -> best();
            default ->
                    throw new IllegalArgumentException(
                            "transport: " + wanted + " (expected: epoll, io_uring or nio)");
        };
    }

    /** What is used unless something else is wanted. */
    public static Transport best() {
        return Epoll.isAvailable()
                ? new Transport(
                        "epoll",
                        EpollIoHandler.newFactory(),
                        EpollServerSocketChannel.class,
                        EpollSocketChannel.class)
                : nio();
    }

    private static Transport nio() {
        return new Transport(
                "nio",
                NioIoHandler.newFactory(),
                NioServerSocketChannel.class,
                NioSocketChannel.class);
    }

    /** By name, since its library need not be there. */
    private static Transport uring() {
        try {
            Class<?> facts = Class.forName(URING + "IoUring");
            if (Boolean.TRUE.equals(facts.getMethod("isAvailable").invoke(null))) {
                return new Transport(
                        "io_uring",
                        (IoHandlerFactory)
                                Class.forName(URING + "IoUringIoHandler")
                                        .getMethod("newFactory")
                                        .invoke(null),
                        Class.forName(URING + "IoUringServerSocketChannel")
                                .asSubclass(ServerChannel.class),
                        Class.forName(URING + "IoUringSocketChannel").asSubclass(Channel.class));
            }
            LOG.warn("io_uring is not available here; going on without it");
        } catch (ReflectiveOperationException | LinkageError absent) {
            LOG.warn("io_uring is not there ({}); going on without it", absent.toString());
        }
        return best();
    }

    /**
     * Event loops of this kind.
     *
     * @param many how many; 0 for one per processor
     */
    public EventLoopGroup loops(int many) {
        return new MultiThreadIoEventLoopGroup(
                many > 0 ? many : Runtime.getRuntime().availableProcessors(), io);
    }

    /** How much is read at once: as much as came lately. */
    static RecvByteBufAllocator reading() {
        return new AdaptiveRecvByteBufAllocator(2_048, 4_096, 65_536);
    }
}
