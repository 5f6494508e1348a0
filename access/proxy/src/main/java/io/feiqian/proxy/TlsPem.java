package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands in PEM files. Pure. */
final class TlsPem {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private TlsPem() {}

    /** All certificates of a file, at least one. */
    static X509Certificate[] certificates(byte[] pem) throws GeneralSecurityException {
        List<? extends Certificate> all =
                List.copyOf(
                        CertificateFactory.getInstance("X.509")
                                .generateCertificates(new ByteArrayInputStream(pem)));
        if (all.isEmpty()) {
            throw new CertificateException("no certificate (expected: at least one)");
        }
        return all.toArray(X509Certificate[]::new);
    }

    /** Whom backends may have their certificates from, by the content of the files. */
    static TlsTrust trust(BackendTls config, Map<Path, byte[]> content, Clock clock)
            throws GeneralSecurityException, IOException {
        return TlsTrust.of(
                config.authorities().isPresent()
                        ? Optional.of(certificates(of(content, config.authorities().get())))
                        : Optional.empty(),
                clock);
    }

    /** What stands in one of the files that were read. */
    static byte[] of(Map<Path, byte[]> content, Path file) {
        return Objects.requireNonNull(content.get(file), "content");
    }

    /**
     * The key of a file, which must be that of the certificate: the two files are replaced one
     * after the other, and half of a change must not be shown to anybody.
     */
    static PrivateKey keyOf(X509Certificate certificate, byte[] pem)
            throws GeneralSecurityException {
        Matcher found = KEY.matcher(new String(pem, StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            throw new CertificateException("no private key (expected: PKCS 8, not encrypted)");
        }
        String algorithm = certificate.getPublicKey().getAlgorithm();
        PrivateKey key =
                KeyFactory.getInstance(algorithm)
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(
                                        Base64.getMimeDecoder().decode(found.group(1))));
        String signing =
                switch (algorithm) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> algorithm;
                };
        byte[] sample = {1, 2, 3};
        Signature signer = Signature.getInstance(signing);
        signer.initSign(key);
        signer.update(sample);
        Signature verifier = Signature.getInstance(signing);
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(sample);
        if (!verifier.verify(signer.sign())) {
            throw new CertificateException("the key is not that of the certificate");
        }
        return key;
    }
}
