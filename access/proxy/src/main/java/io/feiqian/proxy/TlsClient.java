package io.feiqian.proxy;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * TLS towards the backends of a pool. A backend must show a certificate of an authority that is
 * trusted and of the name that is expected; there is no way to turn this off. Files that change
 * hold for connections made from then on. Thread-safe.
 */
public final class TlsClient implements AutoCloseable {
    private final TlsContexts contexts;
    private final BackendTls config;
    private final List<String> alpn;
    private final TlsWatch<Loaded> watch;

    /** A context, and when the certificate that it shows expires. */
    private record Loaded(SslContext context, Instant expires) {}

    TlsClient(TlsContexts contexts, String pool, BackendTls config, List<String> alpn) {
        this.contexts = contexts;
        this.config = config;
        this.alpn = List.copyOf(alpn);
        this.watch =
                new TlsWatch<>(
                        "pool " + pool,
                        config.files(),
                        this::load,
                        Loaded::expires,
                        contexts.timer(),
                        contexts.meters());
    }

    /**
     * Has a connection to a backend speak TLS, as soon as it is open. The pipeline gets Netty's
     * {@code SslHandshakeCompletionEvent} when it has begun or failed.
     *
     * @param host whom it is called by in the configuration; its certificate must be of this name
     *     where no other is configured
     * @param handshake how long it may take to begin
     */
    public void begin(ChannelPipeline pipeline, String host, int port, Duration handshake) {
        SslHandler handler =
                watch.current()
                        .context()
                        .newHandler(pipeline.channel().alloc(), config.name().orElse(host), port);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        pipeline.addFirst(TlsServer.HANDLER, handler);
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

    private Loaded load(Map<Path, byte[]> content) throws IOException, GeneralSecurityException {
        SslContextBuilder builder =
                SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        builder.trustManager(TlsPem.trust(config, content, contexts.clock()));
        Instant expires = Instant.MAX;
        if (config.certificate().isPresent() && config.key().isPresent()) {
            X509Certificate[] chain =
                    TlsPem.certificates(TlsPem.of(content, config.certificate().get()));
            builder.keyManager(
                    TlsPem.keyOf(chain[0], TlsPem.of(content, config.key().get())), chain);
            expires = chain[0].getNotAfter().toInstant();
        }
        return new Loaded(contexts.usual(builder, TlsContexts.VERSIONS, alpn).build(), expires);
    }
}
