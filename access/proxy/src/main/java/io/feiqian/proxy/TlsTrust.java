package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whose certificates are believed: those of the platform's judgement, and only within their time.
 * The platform asks for the time of no certificate that is listed as an authority itself, as one
 * that has signed itself is; here it counts for those too. Thread-safe.
 */
final class TlsTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager usual;
    private final Clock clock;

    private TlsTrust(X509ExtendedTrustManager usual, Clock clock) {
        this.usual = usual;
        this.clock = clock;
    }

    /** Believes these authorities; without any, those that the platform does. */
    static TlsTrust of(Optional<X509Certificate[]> authorities, Clock clock)
            throws GeneralSecurityException, IOException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore store = null;
        if (authorities.isPresent()) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate each : authorities.get()) {
                store.setCertificateEntry(Integer.toString(number++), each);
            }
        }
        factory.init(store);
        X509ExtendedTrustManager usual =
                Stream.of(factory.getTrustManagers())
                        .filter(X509ExtendedTrustManager.class::isInstance)
                        .map(X509ExtendedTrustManager.class::cast)
                        .findFirst()
                        .orElseThrow();
        return new TlsTrust(usual, clock);
    }

    private void checkTime(X509Certificate[] chain) throws CertificateException {
        Instant now = clock.now();
        Instant begin = chain[0].getNotBefore().toInstant();
        Instant end = chain[0].getNotAfter().toInstant();
        if (now.isAfter(end)) {
            throw new CertificateExpiredException("NotAfter: " + end);
        }
        if (now.isBefore(begin)) {
            throw new CertificateNotYetValidException("NotBefore: " + begin);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        usual.checkServerTrusted(chain, type, engine);
        checkTime(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        usual.checkServerTrusted(chain, type, socket);
        checkTime(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        usual.checkServerTrusted(chain, type);
        checkTime(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        usual.checkClientTrusted(chain, type, engine);
        checkTime(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        usual.checkClientTrusted(chain, type, socket);
        checkTime(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        usual.checkClientTrusted(chain, type);
        checkTime(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return usual.getAcceptedIssuers();
    }
}
