package io.feiqian.rpc;

import io.feiqian.runtime.Timer;
import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this process to instances of cells, one for each, opened at first use.
 *
 * <p>Thread-safe. Callbacks of its calls run on the network's own threads and must not block.
 */
public final class Channels implements AutoCloseable {
    private final RpcClientConfig config;
    private final @Nullable TlsIdentity identity;
    private final @Nullable SslContext ssl;
    private final Map<Endpoint, ManagedChannel> channels = new ConcurrentHashMap<>();

    /**
     * No connection yet. The files for TLS are read once, here.
     *
     * @throws IllegalArgumentException where the files for TLS cannot be used
     */
    public Channels(RpcClientConfig config) {
        this.config = config;
        this.identity = config.tls().map(TlsIdentity::ofClient).orElse(null);
        this.ssl = identity == null ? null : contextOf(identity);
    }

    /**
     * No connection yet. The files for TLS are looked at every ten seconds: what changed holds for
     * every connection made from then on, and calls notice nothing.
     *
     * @throws IllegalArgumentException where the files for TLS cannot be used
     */
    public Channels(RpcClientConfig config, Timer timer) {
        this(config);
        if (identity != null) {
            identity.watched(timer);
        }
    }

    /** How calls are made over them. */
    public RpcClientConfig config() {
        return config;
    }

    /** The connection to this instance. */
    public ManagedChannel to(Endpoint endpoint) {
        return channels.computeIfAbsent(endpoint, this::open);
    }

    /**
     * Closes the connections to all instances but these. Calls in flight on a closed one may still
     * end.
     */
    public void retainOnly(Collection<Endpoint> present) {
        Set<Endpoint> gone = new HashSet<>(channels.keySet());
        gone.removeAll(present);
        gone.forEach(this::close);
    }

    /** Closes the connection to this instance, where there is one. */
    public void close(Endpoint endpoint) {
        ManagedChannel channel = channels.remove(endpoint);
        if (channel != null) {
            channel.shutdown();
        }
    }

    /** Makes the connection again now, where there is one that waits to do so. */
    void connectNow(Endpoint endpoint) {
        ManagedChannel channel = channels.get(endpoint);
        if (channel != null) {
            channel.resetConnectBackoff();
        }
    }

    /** How many connections are kept. */
    public int size() {
        return channels.size();
    }

    /** Closes every connection; calls in flight are cancelled. */
    @Override
    public void close() {
        if (identity != null) {
            identity.close();
        }
        for (ManagedChannel each : channels.values()) {
            each.shutdownNow();
        }
        channels.clear();
    }

    private ManagedChannel open(Endpoint endpoint) {
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
                        .directExecutor()
                        .disableRetry()
                        .maxInboundMessageSize(config.maxMessageBytes())
                        .keepAliveTime(config.keepAlive().toMillis(), TimeUnit.MILLISECONDS)
                        .keepAliveTimeout(
                                config.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .withOption(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) config.connectTimeout().toMillis());
        SslContext context = ssl;
        if (context == null) {
            builder.negotiationType(NegotiationType.PLAINTEXT);
        } else {
            builder.sslContext(context);
        }
        return builder.build();
    }

    private static SslContext contextOf(TlsIdentity identity) {
        try {
            return identity.clientContext();
        } catch (SSLException unusable) {
            throw new IllegalStateException("TLS cannot be used", unusable);
        }
    }
}
