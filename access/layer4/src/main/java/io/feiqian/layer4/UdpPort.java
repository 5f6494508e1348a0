package io.feiqian.layer4;

import io.feiqian.proxy.HostPort;
import io.feiqian.proxy.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A port where datagrams come in and from which answers leave, so that clients see them come from
 * where they asked. One socket on one event loop. What becomes of datagrams may change while it
 * listens. Thread-safe.
 */
final class UdpPort implements AutoCloseable {
    /** The longest datagram there is. */
    static final int MOST_BYTES = 65_535;

    private static final int KERNEL_BYTES = 4 * 1_024 * 1_024;

    private final Channel channel;
    private final InetSocketAddress address;
    private final Incoming incoming;

    private UdpPort(Channel channel, Incoming incoming) {
        this.channel = channel;
        this.address = (InetSocketAddress) channel.localAddress();
        this.incoming = incoming;
    }

    /**
     * Begins to listen; datagrams are lost until it is said whose they are.
     *
     * @throws IllegalStateException where the port cannot be had; the message names it
     */
    static UdpPort open(Transport transport, HostPort at) {
        Incoming incoming = new Incoming();
        ChannelFuture bound =
                new Bootstrap()
                        .group(transport.loops().next())
                        .channel(transport.datagram())
                        .option(ChannelOption.SO_RCVBUF, KERNEL_BYTES)
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(MOST_BYTES))
                        .handler(incoming)
                        .bind(new InetSocketAddress(at.host(), at.port()))
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IllegalStateException(
                    "port %s of UDP cannot be had: %s".formatted(at, bound.cause().getMessage()),
                    bound.cause());
        }
        return new UdpPort(bound.channel(), incoming);
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return address;
    }

    /** Whose datagrams are from now on. */
    void taker(UdpFront front) {
        incoming.front = front;
    }

    /** Listens no more. */
    @Override
    public void close() {
        var _ = channel.close().awaitUninterruptibly();
    }

    /** Hands datagrams on. */
    private static final class Incoming extends ChannelInboundHandlerAdapter {
        private volatile @Nullable UdpFront front;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            UdpFront now = front;
            if (now != null && message instanceof DatagramPacket packet) {
                now.take(ctx.channel(), packet);
            } else {
                var _ = ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            UdpFront now = front;
            if (now != null) {
                now.taken(ctx.channel());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // That one answer could not be sent says nothing of the others.
        }
    }
}
