package io.feiqian.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * TLS that ends at a listener (P6.2.2.2-f). Files that change hold for connections made from then
 * on; open ones go on. Thread-safe.
 *
 * <p>Sessions are resumed, for an hour at most and not past a change of files.
 */
public final class TlsServer implements AutoCloseable {
    /** The name of the handler in a pipeline. */
    public static final String HANDLER = "tls";

    private static final long SESSION_SECONDS = 3_600;
    private static final int SESSIONS = 20_000;

    /** A hello with its extensions; post-quantum shares fit well. */
    private static final int HELLO_BYTES = 16_384;

    private final TlsContexts contexts;
    private final TlsConfig config;
    private final List<String> alpn;
    private final TlsWatch<Loaded> watch;

    /** Contexts by server name, and when the first of their certificates expires. */
    private record Loaded(TlsNames<SslContext> names, boolean single, Instant expires) {}

    TlsServer(TlsContexts contexts, String listener, TlsConfig config, List<String> alpn) {
        this.contexts = contexts;
        this.config = config;
        this.alpn = List.copyOf(alpn);
        List<Path> files =
                Stream.concat(
                                config.certificates().stream()
                                        .flatMap(each -> Stream.of(each.certificate(), each.key())),
                                config.clientAuthorities().stream())
                        .distinct()
                        .toList();
        String what = "listener " + listener;
        this.watch =
                new TlsWatch<>(
                        what,
                        files,
                        this::load,
                        Loaded::expires,
                        contexts.timer(),
                        contexts.meters());
    }

    /**
     * Has a connection that was just taken speak TLS. The pipeline gets Netty's {@code
     * SslHandshakeCompletionEvent} when it has begun or failed; a failed one is closed.
     *
     * @param handshake how long it may take to begin
     */
    public void begin(ChannelPipeline pipeline, Duration handshake) {
        Loaded loaded = watch.current();
        if (loaded.single()) {
            pipeline.addFirst(HANDLER, handler(loaded.names().of(""), pipeline, handshake));
        } else {
            pipeline.addFirst(HANDLER, new ByName(loaded.names(), handshake));
        }
    }

    /** What a connection speaks within TLS by ALPN; empty where nothing was agreed. */
    public static Optional<String> spoken(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? Optional.empty() : Optional.ofNullable(tls.applicationProtocol());
    }

    /** The certificate that the other side of a connection has shown, checked; empty for none. */
    public static Optional<X509Certificate> shown(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return Optional.empty();
        }
        try {
            return tls.engine().getSession().getPeerCertificates()[0]
                            instanceof X509Certificate certificate
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }

    /** Whether the files that are there now cannot be used, so that older ones hold. */
    public boolean isStale() {
        return watch.isStale();
    }

    /** Watches no longer; connections go on. */
    @Override
    public void close() {
        watch.close();
    }

    private static SslHandler handler(
            SslContext context, ChannelPipeline pipeline, Duration handshake) {
        SslHandler handler = context.newHandler(pipeline.channel().alloc());
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    private Loaded load(Map<Path, byte[]> content) throws IOException, GeneralSecurityException {
        List<SslContext> all = new ArrayList<>();
        Map<SslContext, List<String>> names = new HashMap<>();
        Instant expires = Instant.MAX;
        for (TlsConfig.CertificateFiles each : config.certificates()) {
            X509Certificate[] chain = TlsPem.certificates(TlsPem.of(content, each.certificate()));
            SslContext context = context(chain, each, content);
            all.add(context);
            names.put(context, TlsNames.of(chain[0]));
            for (X509Certificate link : chain) {
                Instant end = link.getNotAfter().toInstant();
                expires = end.isBefore(expires) ? end : expires;
            }
        }
        return new Loaded(new TlsNames<>(all, names), all.size() == 1, expires);
    }

    private SslContext context(
            X509Certificate[] chain, TlsConfig.CertificateFiles files, Map<Path, byte[]> content)
            throws IOException, GeneralSecurityException {
        SslContextBuilder builder =
                SslContextBuilder.forServer(
                        TlsPem.keyOf(chain[0], TlsPem.of(content, files.key())), chain);
        if (config.clientAuthorities().isPresent()) {
            builder.trustManager(
                    TlsTrust.of(
                            Optional.of(
                                    TlsPem.certificates(
                                            TlsPem.of(content, config.clientAuthorities().get()))),
                            contexts.clock()));
        }
        builder.clientAuth(
                switch (config.clientCertificates()) {
                    case NONE -> ClientAuth.NONE;
                    case WANTED -> ClientAuth.OPTIONAL;
                    case REQUIRED -> ClientAuth.REQUIRE;
                });
        builder.sessionTimeout(SESSION_SECONDS).sessionCacheSize(SESSIONS);
        List<String> versions =
                config.oldest().equals("TLSv1.3")
                        ? List.of("TLSv1.3")
                        : List.of("TLSv1.3", "TLSv1.2");
        return contexts.usual(builder, versions, alpn).build();
    }

    /** Waits for the hello and chooses the certificate by its server name. */
    private static final class ByName extends SniHandler {
        private final Duration handshake;

        ByName(TlsNames<SslContext> names, Duration handshake) {
            super(
                    (@Nullable String name) -> names.of(name == null ? "" : name),
                    HELLO_BYTES,
                    handshake.toMillis());
            this.handshake = handshake;
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setHandshakeTimeoutMillis(handshake.toMillis());
            return handler;
        }
    }
}
