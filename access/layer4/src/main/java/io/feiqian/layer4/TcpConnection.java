package io.feiqian.layer4;

import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendOrders;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.ListenerConfig;
import io.feiqian.proxy.PoolConfig;
import io.feiqian.proxy.ProxyHead;
import io.feiqian.proxy.TlsClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client, from when it was taken until both its ends are closed: who the client
 * is, whom it wants, a backend for it, bytes both ways. All of it happens on one event loop.
 */
final class TcpConnection extends LoopWatch.Watched {
    /** How far it has come; each has its own time. */
    private enum Phase {
        OPENING,
        CONNECTING,
        PASSING,
        ENDED
    }

    /** So many bytes of a client may wait for its backend: a hello, a header, one read. */
    private static final int MOST_WAITING = 256 * 1_024;

    /** When so much has passed, more is worth being wired. */
    private static final long WIRED_AFTER = 256 * 1_024;

    private final SocketChannel channel;
    private final TcpFront front;
    private final TcpFront.Rules rules;
    private final LoopWatch watch;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private InetSocketAddress source;
    private InetSocketAddress destination;
    private @Nullable InetAddress entered;
    private Phase phase = Phase.OPENING;
    private long since;
    private long lastPassed;
    private int waitingBytes;
    private boolean clientEnded;
    private boolean backendEnded;
    private @Nullable BackendConnector connector;
    private @Nullable Channel backend;
    private @Nullable Member<Backend> member;
    private long connectNanos;
    private long in;
    private long out;
    private long reportedIn;
    private long reportedOut;
    private boolean backendFailed;
    private boolean copies;
    private @Nullable Wire wire;

    TcpConnection(SocketChannel channel, TcpFront front, TcpFront.Rules rules, LoopWatch watch) {
        this.channel = channel;
        this.front = front;
        this.rules = rules;
        this.watch = watch;
        this.source = channel.remoteAddress();
        this.destination = channel.localAddress();
        this.since = front.parts().clock().nanos();
        this.lastPassed = since;
    }

    void begin() {
        watch.add(this);
        ListenerConfig config = rules.config();
        boolean header = config.proxyProtocol() == ListenerConfig.ProxyHeader.REQUIRED;
        boolean hello = !rules.names().isEmpty();
        if (!header && !enters(source.getAddress())) {
            return;
        }
        if (header || hello) {
            channel.pipeline().addLast(new Opening(this, header, hello));
            var _ = channel.read();
        } else {
            opened(Optional.empty());
        }
    }

    /** The PROXY header has come; believed only from those who are trusted. */
    boolean headed(ProxyHead head) {
        if (rules.trusted().contain(source.getAddress())) {
            source = head.source().orElse(source);
            destination = head.destination().orElse(destination);
        }
        return enters(source.getAddress());
    }

    /** It is known whom the client wants, as far as that is asked. */
    void opened(Optional<String> serverName) {
        BackendPool pool = front.pool(rules, serverName).orElse(null);
        if (pool == null) {
            abort();
            return;
        }
        channel.pipeline().addLast(new Relay(this, Relay.Side.CLIENT));
        if (rules.tls().isPresent()) {
            channel.pipeline().addFirst(new TlsBegun(() -> connect(pool), this::abort));
            rules.tls().get().begin(channel.pipeline(), rules.config().timeouts().handshake());
            var _ = channel.config().setAutoRead(true);
        } else {
            connect(pool);
        }
    }

    private void connect(BackendPool pool) {
        if (phase != Phase.OPENING) {
            return;
        }
        if (rules.tls().isPresent()) {
            var _ = channel.config().setAutoRead(false);
        }
        phase = Phase.CONNECTING;
        since = front.parts().clock().nanos();
        connector = new BackendConnector(this, pool, front.parts());
        connector.next();
    }

    /** There is a backend; on the event loop of the client. */
    void connected(Channel to, Member<Backend> at, long nanos) {
        if (phase != Phase.CONNECTING) {
            at.ended(Ending.ABANDONED, nanos);
            var _ = to.close();
            return;
        }
        connector = null;
        backend = to;
        member = at;
        connectNanos = nanos;
        phase = Phase.PASSING;
        lastPassed = front.parts().clock().nanos();
        for (ByteBuf each = waiting.poll(); each != null; each = waiting.poll()) {
            in += each.readableBytes();
            var _ = to.write(each);
        }
        var _ = to.flush();
        if (clientEnded) {
            Sides.endOutput(to);
        }
        readOn(Relay.Side.CLIENT);
        readOn(Relay.Side.BACKEND);
    }

    /** Bytes have come from one side. */
    void passed(Relay.Side from, ByteBuf bytes) {
        int size = bytes.readableBytes();
        if (wire != null) {
            wire.late(from, bytes);
        } else if (from == Relay.Side.BACKEND) {
            out += size;
            Sides.pass(bytes, channel, backend);
        } else if (backend != null) {
            in += size;
            Sides.pass(bytes, backend, channel);
        } else {
            waitingBytes += size;
            waiting.add(bytes);
            if (waitingBytes > MOST_WAITING) {
                abort();
            }
        }
    }

    /** One side has said all for now. */
    void flush(Relay.Side from) {
        Channel to = from == Relay.Side.CLIENT ? backend : channel;
        if (to != null && wire == null) {
            lastPassed = front.parts().clock().nanos();
            var _ = to.flush();
            Channel back = from == Relay.Side.CLIENT ? channel : backend;
            if (back != null && !to.isWritable()) {
                var _ = back.config().setAutoRead(false);
            }
            if (in + out > WIRED_AFTER && !copies) {
                wire();
            }
        }
    }

    /** So many bytes from this side were moved by the kernel. */
    void moved(Relay.Side from, long bytes) {
        lastPassed = front.parts().clock().nanos();
        if (from == Relay.Side.CLIENT) {
            in += bytes;
        } else {
            out += bytes;
        }
    }

    /** Both have ended, and the wire has passed all of it on. */
    void through() {
        if (wire != null) {
            wire.close();
        }
        var _ = channel.close();
        if (backend != null) {
            var _ = backend.close();
        }
        finish();
    }

    /** One side takes more bytes, or no more for now. */
    void writable(Relay.Side side) {
        Channel here = side == Relay.Side.CLIENT ? channel : backend;
        Channel other = side == Relay.Side.CLIENT ? backend : channel;
        if (here != null && other != null && wire == null && here.isWritable()) {
            readOn(side == Relay.Side.CLIENT ? Relay.Side.BACKEND : Relay.Side.CLIENT);
        }
    }

    /** One side has ended its half; the other half goes on. */
    void ended(Relay.Side side) {
        if (side == Relay.Side.CLIENT) {
            clientEnded = true;
        } else {
            backendEnded = true;
        }
        Channel to = side == Relay.Side.CLIENT ? backend : channel;
        if (wire != null) {
            wire.lateEnd(side);
        } else if (to != null) {
            Sides.endOutput(to);
        }
    }

    /**
     * One side has gone; what the other has not taken yet is given to it, and as long as that lasts
     * the connection counts and its time runs.
     */
    void gone(Relay.Side side) {
        if (side == Relay.Side.BACKEND && backend == null) {
            return;
        }
        Channel other = side == Relay.Side.CLIENT ? backend : channel;
        if (wire != null) {
            abort();
        } else if (other != null && other.isActive()) {
            var _ =
                    other.writeAndFlush(Unpooled.EMPTY_BUFFER)
                            .addListener(ChannelFutureListener.CLOSE);
        } else {
            finish();
        }
    }

    /** One side broke off; the other must not take it for an end. */
    void broken(Relay.Side side) {
        if (side == Relay.Side.BACKEND) {
            if (backend == null) {
                return;
            }
            backendFailed = out == 0;
        }
        abort();
    }

    /** Ends it at both sides at once, with resets. */
    void abort() {
        if (wire != null) {
            wire.close();
        }
        Sides.reset(channel);
        if (backend != null) {
            Sides.reset(backend);
        }
        finish();
    }

    @Override
    void look(long now) {
        switch (phase) {
            case OPENING -> {
                if (now - since > rules.config().timeouts().handshake().toNanos()) {
                    abort();
                }
            }
            case CONNECTING -> {
                if (connector != null) {
                    connector.look(now);
                }
            }
            case PASSING -> {
                if (now - lastPassed > rules.config().timeouts().idle().toNanos()) {
                    // Whoever was sent something and never said a word hangs.
                    backendFailed = in > 0 && out == 0;
                    abort();
                } else {
                    report();
                }
            }
            case ENDED -> watch.remove(this);
        }
    }

    /** Whether it goes to this backend. */
    boolean isAt(BackendOrders.Which which) {
        return member != null
                && member.target().pool().equals(which.pool())
                && member.target().name().equals(which.backend());
    }

    Optional<InetAddress> client() {
        return Optional.ofNullable(source.getAddress());
    }

    SocketChannel channel() {
        return channel;
    }

    /** TLS towards backends of this pool. */
    TlsClient tls(PoolConfig pool) {
        return front.backendTls().of(pool);
    }

    /** The PROXY header for its backend. */
    byte[] header(PoolConfig.ProxyVersion version) {
        return ProxyHead.write(version, source, destination);
    }

    private boolean enters(InetAddress client) {
        if (front.door().enter(client).isPresent()) {
            abort();
            return false;
        }
        entered = client;
        return true;
    }

    /** Much passes: from now on the kernel moves it, where it can. */
    private void wire() {
        copies = true;
        LoopPipes pipes = front.pipes(channel.eventLoop());
        EpollSocketChannel one = Sides.plain(channel);
        EpollSocketChannel other = backend == null ? null : Sides.plain(backend);
        if (pipes != null && one != null && other != null && !(clientEnded && backendEnded)) {
            wire = new Wire(this, one, other, pipes);
            wire.begin(clientEnded, backendEnded);
        }
    }

    /** Goes on reading one side, unless that has ended: what has ended is not read again. */
    private void readOn(Relay.Side side) {
        if (side == Relay.Side.CLIENT && !clientEnded) {
            var _ = channel.config().setAutoRead(true);
        } else if (side == Relay.Side.BACKEND && !backendEnded && backend != null) {
            var _ = backend.config().setAutoRead(true);
        }
    }

    /** What has passed since it was said last. */
    private void report() {
        if (in != reportedIn || out != reportedOut) {
            front.door().passed(in - reportedIn, out - reportedOut);
            reportedIn = in;
            reportedOut = out;
        }
    }

    private void finish() {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        watch.remove(this);
        for (ByteBuf each = waiting.poll(); each != null; each = waiting.poll()) {
            var _ = each.release();
        }
        if (connector != null) {
            connector.giveUp();
            connector = null;
        }
        if (member != null) {
            member.ended(backendFailed ? Ending.FAILED : Ending.ANSWERED, connectNanos);
        }
        report();
        front.door().leave();
        if (entered != null) {
            front.door().leave(entered);
        }
    }
}
