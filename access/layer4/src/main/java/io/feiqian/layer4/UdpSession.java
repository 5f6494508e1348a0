package io.feiqian.layer4;

import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendOrders;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The datagrams of one client: a connected socket to its backend, so that only the backend's
 * answers come back, and that nobody listens there is heard of (ICMP). Belongs to one event loop.
 */
final class UdpSession extends LoopWatch.Watched {
    /** So many datagrams wait until the socket is there; UDP may lose the rest. */
    private static final int MOST_WAITING = 64;

    private final UdpFront front;
    private final Channel port;
    private final InetSocketAddress client;
    private final Member<Backend> member;
    private final Duration idle;
    private final Runnable ended;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private final long began;
    private long lastPassed;
    private long in;
    private long out;
    private boolean over;
    private boolean answered;
    private @Nullable Channel backend;

    UdpSession(
            UdpFront front,
            Channel port,
            InetSocketAddress client,
            Member<Backend> member,
            Duration idle,
            Runnable ended) {
        this.front = front;
        this.port = port;
        this.client = client;
        this.member = member;
        this.idle = idle;
        this.ended = ended;
        this.began = front.parts().clock().nanos();
        this.lastPassed = began;
        member.began();
    }

    InetSocketAddress client() {
        return client;
    }

    boolean isAt(BackendOrders.Which which) {
        return member.target().pool().equals(which.pool())
                && member.target().name().equals(which.backend());
    }

    void begin() {
        var _ =
                front.parts()
                        .addresses()
                        .of(member.target())
                        .whenComplete((address, nowhere) -> {
                            if (port.eventLoop().inEventLoop()) {
                                found(address, nowhere);
                            } else {
                                port.eventLoop().execute(() -> found(address, nowhere));
                            }
                        });
    }

    /** A datagram of the client, given away with this. */
    void send(ByteBuf datagram) {
        lastPassed = front.parts().clock().nanos();
        in += datagram.readableBytes();
        if (backend != null) {
            var _ = backend.write(datagram).addListener(this::sent);
        } else if (waiting.size() < MOST_WAITING && !over) {
            waiting.add(datagram);
        } else {
            var _ = datagram.release();
        }
    }

    void flush() {
        if (backend != null) {
            var _ = backend.flush();
        }
    }

    /** Ends it; the client's next datagram begins another. */
    void end() {
        end(answered ? Ending.ANSWERED : Ending.ABANDONED);
    }

    @Override
    void look(long now) {
        if (now - lastPassed > idle.toNanos()) {
            end();
        }
    }

    private void found(@Nullable InetSocketAddress address, @Nullable Throwable nowhere) {
        if (over) {
            return;
        }
        if (address == null || nowhere != null) {
            end(Ending.UNREACHED);
            return;
        }
        var _ =
                new Bootstrap()
                        .group(port.eventLoop())
                        .channel(front.parts().transport().datagram())
                        .option(
                                ChannelOption.RECVBUF_ALLOCATOR,
                                new FixedRecvByteBufAllocator(UdpPort.MOST_BYTES))
                        .handler(new Answers())
                        .connect(address)
                        .addListener((ChannelFuture done) -> {
                            if (over) {
                                var _ = done.channel().close();
                            } else if (done.isSuccess()) {
                                connected(done.channel());
                            } else {
                                end(Ending.UNREACHED);
                            }
                        });
    }

    private void connected(Channel to) {
        backend = to;
        for (ByteBuf each = waiting.poll(); each != null; each = waiting.poll()) {
            var _ = to.write(each).addListener(this::sent);
        }
        var _ = to.flush();
    }

    private void sent(Future<? super Void> done) {
        if (!done.isSuccess() && done.cause() instanceof PortUnreachableException) {
            end(Ending.UNREACHED);
        }
    }

    private void answer(ByteBuf datagram) {
        answered = true;
        lastPassed = front.parts().clock().nanos();
        out += datagram.readableBytes();
        var _ = port.write(new DatagramPacket(datagram, client));
    }

    private void end(Ending how) {
        if (over) {
            return;
        }
        over = true;
        for (ByteBuf each = waiting.poll(); each != null; each = waiting.poll()) {
            var _ = each.release();
        }
        if (backend != null) {
            var _ = backend.close();
        }
        member.ended(how, 0);
        front.door().passed(in, out);
        front.door().leave(client.getAddress());
        front.door().leave();
        ended.run();
    }

    /** What comes back from the backend. */
    private final class Answers extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof DatagramPacket packet && !over) {
                answer(packet.content());
            } else if (message instanceof ByteBuf bytes && !over) {
                answer(bytes);
            } else {
                var _ = ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            var _ = port.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof IOException) {
                end(Ending.UNREACHED);
            }
        }
    }
}
