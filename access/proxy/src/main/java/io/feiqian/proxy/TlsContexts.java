package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;

/**
 * Where TLS of listeners and towards backends comes from. Thread-safe.
 *
 * <p>It is done by BoringSSL where its library is there for this machine, and by the JDK elsewhere.
 * Both speak the same versions and suites: those with forward secrecy and authenticated encryption
 * alone, as HTTP/2 demands.
 */
public final class TlsContexts {
    /** ALPN's name of HTTP/2. */
    public static final String HTTP2 = "h2";

    /** ALPN's name of HTTP/1.1. */
    public static final String HTTP1 = "http/1.1";

    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    static final List<String> SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Timer timer;
    private final Clock clock;
    private final TlsMeters meters;
    private final SslProvider provider;

    /**
     * By what this machine has.
     *
     * @param timer by which files are looked at
     * @param meters {@code feiqian.gateway.tls.*}
     */
    public TlsContexts(Timer timer, Clock clock, MeterRegistry meters) {
        this(
                timer,
                clock,
                meters,
                OpenSsl.isAvailable() && SslProvider.isAlpnSupported(SslProvider.OPENSSL)
                        ? SslProvider.OPENSSL
                        : SslProvider.JDK);
    }

    TlsContexts(Timer timer, Clock clock, MeterRegistry meters, SslProvider provider) {
        this.timer = timer;
        this.clock = clock;
        this.meters = new TlsMeters(meters, clock);
        this.provider = provider;
    }

    /** What does the work, for people: {@code OPENSSL} or {@code JDK}. */
    public String provider() {
        return provider.name();
    }

    /**
     * TLS of a listener, to be closed with it.
     *
     * @param listener its name, for metrics and the log
     * @param alpn what is spoken within, the dearest first, such as {@link #HTTP2}; none for
     *     anything
     * @throws IllegalArgumentException where the files cannot be used
     */
    public TlsServer server(String listener, TlsConfig config, List<String> alpn) {
        return new TlsServer(this, listener, config, alpn);
    }

    /**
     * TLS towards the backends of a pool, to be closed with it.
     *
     * @param pool its name, for metrics and the log
     * @param alpn what is spoken within, as for {@link #server}
     * @throws IllegalArgumentException where the files cannot be used
     */
    public TlsClient client(String pool, BackendTls config, List<String> alpn) {
        return new TlsClient(this, pool, config, alpn);
    }

    Timer timer() {
        return timer;
    }

    Clock clock() {
        return clock;
    }

    TlsMeters meters() {
        return meters;
    }

    /** What holds for all contexts. */
    SslContextBuilder usual(SslContextBuilder builder, List<String> versions, List<String> alpn) {
        builder.sslProvider(provider)
                .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
                .protocols(versions);
        if (!alpn.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            alpn));
        }
        return builder;
    }
}
