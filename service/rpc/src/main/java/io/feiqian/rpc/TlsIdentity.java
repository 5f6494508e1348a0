package io.feiqian.rpc;

import io.feiqian.runtime.Timer;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.grpc.util.CertificateUtils;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one process shows others and whom it believes, from {@link TlsFiles}. Where it is watched,
 * files that changed are read again and hold for every connection made from then on; connections
 * that are open go on, so no call notices. Files that cannot be used change nothing and are logged.
 * Thread-safe.
 */
final class TlsIdentity implements AutoCloseable {
    /** How often the files are looked at. */
    static final Duration EVERY = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(TlsIdentity.class);

    private final TlsFiles files;
    private final AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager others;
    private Content read;
    private Optional<Timer.Cancellable> next = Optional.empty();
    private boolean closed;

    private TlsIdentity(TlsFiles files, Verification verification) {
        this.files = files;
        try {
            this.others =
                    AdvancedTlsX509TrustManager.newBuilder().setVerification(verification).build();
            this.read = Content.of(files);
            take(read);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new IllegalArgumentException("TLS files: " + files + " cannot be used", unusable);
        }
    }

    /**
     * That of a process which connects to others.
     *
     * @throws IllegalArgumentException where the files cannot be used
     */
    static TlsIdentity ofClient(TlsFiles files) {
        return new TlsIdentity(files, Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION);
    }

    /**
     * That of a process which others connect to.
     *
     * @throws IllegalArgumentException where the files cannot be used
     */
    static TlsIdentity ofServer(TlsFiles files) {
        return new TlsIdentity(files, Verification.CERTIFICATE_ONLY_VERIFICATION);
    }

    SslContext clientContext() throws SSLException {
        return GrpcSslContexts.forClient().keyManager(own).trustManager(others).build();
    }

    SslContext serverContext() throws SSLException {
        return GrpcSslContexts.configure(
                        SslContextBuilder.forServer(own)
                                .trustManager(others)
                                .clientAuth(ClientAuth.REQUIRE))
                .build();
    }

    /** Looks at the files again and again, until it is closed. */
    synchronized TlsIdentity watched(Timer timer) {
        if (!closed) {
            next =
                    Optional.of(
                            timer.after(
                                    EVERY,
                                    () -> {
                                        look();
                                        watched(timer);
                                    }));
        }
        return this;
    }

    @Override
    public synchronized void close() {
        closed = true;
        next.ifPresent(Timer.Cancellable::cancel);
    }

    /** The files are small and local: reading them holds nobody up. */
    private synchronized void look() {
        try {
            Content now = Content.of(files);
            if (!now.equals(read)) {
                take(now);
                read = now;
                LOG.info("read again: {}", files);
            }
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            LOG.error("the certificate is left as it was: {}", files, unusable);
        }
    }

    /** Believes in new authorities first: whoever shows a certificate of theirs is let in. */
    private void take(Content content) throws IOException, GeneralSecurityException {
        X509Certificate[] chain = CertificateUtils.getX509Certificates(content.certificate());
        PrivateKey key = CertificateUtils.getPrivateKey(content.key());
        X509Certificate[] authorities = CertificateUtils.getX509Certificates(content.authorities());
        requirePair(chain, key);
        others.updateTrustCredentials(authorities);
        own.updateIdentityCredentials(chain, key);
    }

    /**
     * The files are replaced one after the other: half of a change must not be shown to anybody.
     */
    private static void requirePair(X509Certificate[] chain, PrivateKey key)
            throws GeneralSecurityException {
        if (chain.length == 0) {
            throw new CertificateException("no certificate (expected: a chain)");
        }
        byte[] sample = {1, 2, 3};
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                };
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(sample);
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(chain[0].getPublicKey());
        verifier.update(sample);
        if (!verifier.verify(signer.sign())) {
            throw new CertificateException("the key is not that of the certificate");
        }
    }

    /** The files as they are; compared to see whether they changed. */
    private record Content(List<String> texts) {
        static Content of(TlsFiles files) throws IOException {
            return new Content(
                    List.of(
                            Files.readString(files.certificate()),
                            Files.readString(files.key()),
                            Files.readString(files.authorities())));
        }

        InputStream certificate() {
            return stream(0);
        }

        InputStream key() {
            return stream(1);
        }

        InputStream authorities() {
            return stream(2);
        }

        private InputStream stream(int index) {
            return new ByteArrayInputStream(texts.get(index).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return "Content[not shown]";
        }
    }
}
