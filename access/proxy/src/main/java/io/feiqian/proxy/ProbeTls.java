package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * TLS of checks, which goes by what the pool's requests go by: the same authorities, the same name,
 * the same certificate that is shown. Files that are broken after a change leave what was. Blocks;
 * thread-safe.
 */
final class ProbeTls {
    private static final char[] NONE = {};

    /** What was made of a pool's files, and what stood in them. */
    private static final class Loaded {
        private final BackendTls config;
        private final byte[] digest;
        private final KeyManager[] keys;
        private final TlsTrust trust;

        Loaded(BackendTls config, byte[] digest, KeyManager[] keys, TlsTrust trust) {
            this.config = config;
            this.digest = digest;
            this.keys = keys;
            this.trust = trust;
        }
    }

    private final Clock clock;
    private final Map<String, Loaded> pools = new ConcurrentHashMap<>();

    ProbeTls(Clock clock) {
        this.clock = clock;
    }

    /**
     * Speaks TLS on a connection that is open; closing what is returned closes it.
     *
     * @param host whom it is called by in the configuration
     * @throws SSLException where the backend is not whom it should be; see {@link #reason}
     */
    SSLSocket begin(Socket open, String pool, BackendTls config, String host)
            throws IOException, GeneralSecurityException {
        Loaded loaded = load(pool, config);
        // A new one for each check: a session that is taken up again shows no certificate.
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(loaded.keys, new TlsTrust[] {loaded.trust}, null);
        SSLSocket secure =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(
                                        open, config.name().orElse(host), open.getPort(), true);
        SSLParameters rules = secure.getSSLParameters();
        rules.setEndpointIdentificationAlgorithm("HTTPS");
        rules.setProtocols(TlsContexts.VERSIONS.toArray(String[]::new));
        rules.setCipherSuites(TlsContexts.SUITES.toArray(String[]::new));
        rules.setApplicationProtocols(new String[] {TlsContexts.HTTP1});
        secure.setSSLParameters(rules);
        secure.startHandshake();
        return secure;
    }

    /** A pool is checked no more. */
    void forget(String pool) {
        pools.remove(pool);
    }

    /** Why a handshake failed, for operators. */
    static String reason(Throwable failed) {
        for (Throwable each = failed; each != null; each = each.getCause()) {
            if (each instanceof CertificateExpiredException
                    || each instanceof CertificateNotYetValidException) {
                return "TLS: the certificate does not hold now: " + each.getMessage();
            }
            if (each instanceof CertPathBuilderException) {
                return "TLS: the certificate is of no authority that is trusted";
            }
            if (each.getClass().equals(CertificateException.class)) {
                return "TLS: the certificate is for another name: " + each.getMessage();
            }
        }
        return "TLS: " + failed.getMessage();
    }

    private Loaded load(String pool, BackendTls config)
            throws IOException, GeneralSecurityException {
        Loaded before = pools.get(pool);
        if (before != null && !before.config.equals(config)) {
            before = null;
        }
        try {
            Map<Path, byte[]> content = TlsWatch.read(config.files());
            byte[] digest = TlsWatch.digest(content);
            if (before != null && MessageDigest.isEqual(before.digest, digest)) {
                return before;
            }
            Loaded made =
                    new Loaded(
                            config,
                            digest,
                            keys(config, content),
                            TlsPem.trust(config, content, clock));
            pools.put(pool, made);
            return made;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            if (before != null) {
                return before;
            }
            throw unusable;
        }
    }

    private static KeyManager[] keys(BackendTls config, Map<Path, byte[]> content)
            throws IOException, GeneralSecurityException {
        Optional<Path> certificate = config.certificate();
        Optional<Path> key = config.key();
        if (certificate.isEmpty() || key.isEmpty()) {
            return new KeyManager[0];
        }
        X509Certificate[] chain = TlsPem.certificates(TlsPem.of(content, certificate.get()));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "own", TlsPem.keyOf(chain[0], TlsPem.of(content, key.get())), NONE, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, NONE);
        return factory.getKeyManagers();
    }
}
