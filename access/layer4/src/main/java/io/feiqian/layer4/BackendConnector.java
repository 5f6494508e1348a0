package io.feiqian.layer4;

import io.feiqian.balancing.Ending;
import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.PoolConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds a backend that takes the connection of one client: the one that the pool chooses, and where
 * it cannot be connected to, others, since nothing was sent yet. A backend with as many connections
 * as it may have is passed over; where all are full, the client waits as long as it may take to
 * connect. Belongs to the event loop of the client.
 */
final class BackendConnector {
    /** So many backends are tried at most. */
    private static final int MOST_TRIES = 3;

    private static final WriteBufferWaterMark MARKS =
            new WriteBufferWaterMark(128 * 1_024, 512 * 1_024);

    private final TcpConnection connection;
    private final BackendPool pool;
    private final PoolConfig config;
    private final Layer4Parts parts;
    private final long began;
    private final Set<String> tried = new HashSet<>();
    private @Nullable Member<Backend> trying;
    private @Nullable Channel channel;
    private @Nullable InetSocketAddress at;
    private long tryingSince;
    private boolean over;

    BackendConnector(TcpConnection connection, BackendPool pool, Layer4Parts parts) {
        this.connection = connection;
        this.pool = pool;
        this.config = pool.config();
        this.parts = parts;
        this.began = parts.clock().nanos();
    }

    /** Tries the next backend. */
    void next() {
        if (over) {
            return;
        }
        long key = connection.client().map(BackendPool::keyOf).orElse(0L);
        Optional<Member<Backend>> chosen =
                tried.isEmpty() ? pool.choose(key) : pool.choose(key, this::isUntried);
        if (chosen.isPresent() && isFull(chosen.get())) {
            Predicate<Member<Backend>> free = each -> isUntried(each) && !isFull(each);
            chosen = pool.choose(key, free);
            if (chosen.isEmpty()) {
                // All are full: looked for again as long as there is time.
                return;
            }
        }
        if (chosen.isEmpty() || tried.size() >= MOST_TRIES) {
            over = true;
            connection.abort();
            return;
        }
        connect(chosen.get());
    }

    /** Time has passed. */
    void look(long now) {
        long limit = config.timeouts().connect().toNanos();
        if (over) {
            return;
        }
        if (trying == null) {
            if (now - began > limit) {
                over = true;
                connection.abort();
            } else {
                next();
            }
        } else if (now - tryingSince > limit) {
            failed();
        }
    }

    /** The client has gone. */
    void giveUp() {
        over = true;
        if (trying != null) {
            trying.ended(Ending.ABANDONED, 0);
            trying = null;
        }
        if (channel != null) {
            var _ = channel.close();
        }
    }

    private void connect(Member<Backend> member) {
        trying = member;
        tryingSince = parts.clock().nanos();
        var _ = tried.add(member.instance().name());
        member.began();
        Optional<InetSocketAddress> known = parts.addresses().now(member.target());
        if (known.isPresent()) {
            connect(member, known.get());
            return;
        }
        EventLoop loop = connection.channel().eventLoop();
        var _ =
                parts.addresses()
                        .of(member.target())
                        .whenComplete((address, nowhere) ->
                                loop.execute(() -> {
                                    if (trying != member || channel != null) {
                                        return;
                                    }
                                    if (address == null || nowhere != null) {
                                        failed();
                                    } else {
                                        connect(member, address);
                                    }
                                }));
    }

    private void connect(Member<Backend> member, InetSocketAddress address) {
        at = address;
        ChannelFuture connecting =
                new Bootstrap()
                        .group(connection.channel().eventLoop())
                        .channel(parts.transport().client())
                        .option(ChannelOption.AUTO_READ, false)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        // One look at all connections watches the time.
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, MARKS)
                        .handler(new Relay(connection, Relay.Side.BACKEND))
                        .connect(address);
        channel = connecting.channel();
        var _ =
                connecting.addListener((ChannelFuture done) -> {
                    if (over || trying != member) {
                        var _ = done.channel().close();
                    } else if (done.isSuccess()) {
                        connected(done.channel(), member);
                    } else {
                        failed();
                    }
                });
    }

    private void connected(Channel to, Member<Backend> member) {
        byte[] header = connection.header(config.proxyProtocol());
        if (header.length > 0) {
            var _ = to.write(Unpooled.wrappedBuffer(header));
        }
        if (config.tls().isEmpty()) {
            taken(to, member);
            return;
        }
        var _ = to.flush();
        InetSocketAddress at = member.target().address();
        to.pipeline()
                .addFirst(
                        new TlsBegun(
                                () -> {
                                    var _ = to.config().setAutoRead(false);
                                    if (!over && trying == member) {
                                        taken(to, member);
                                    }
                                },
                                () -> {
                                    if (!over && trying == member) {
                                        failed();
                                    }
                                }));
        connection
                .tls(config)
                .begin(
                        to.pipeline(),
                        at.getHostString(),
                        at.getPort(),
                        config.timeouts().connect());
        var _ = to.config().setAutoRead(true);
    }

    private void taken(Channel to, Member<Backend> member) {
        over = true;
        trying = null;
        connection.connected(to, member, parts.clock().nanos() - tryingSince);
    }

    private void failed() {
        Member<Backend> member = trying;
        trying = null;
        Channel attempted = channel;
        channel = null;
        if (attempted != null) {
            var _ = attempted.close();
        }
        if (member != null) {
            member.ended(Ending.UNREACHED, parts.clock().nanos() - tryingSince);
            passOver(member);
        }
        next();
    }

    /** Of several addresses of its name another may do: it is tried once more. */
    private void passOver(Member<Backend> member) {
        InetSocketAddress address = at;
        at = null;
        if (address != null && member.target().address().isUnresolved()) {
            parts.addresses().unreached(member.target(), address);
            if (parts.addresses().hasOther(member.target())) {
                tried.remove(member.instance().name());
            }
        }
    }

    private boolean isUntried(Member<Backend> member) {
        return !tried.contains(member.instance().name());
    }

    private boolean isFull(Member<Backend> member) {
        return member.outstanding() >= config.connections();
    }
}
