package io.feiqian.console;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.runtime.Clock;
import io.helidon.common.tls.Tls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the console proves its name with: a certificate that is valid now and the key that belongs
 * to it. Read whole, so that what cannot work is refused before a browser meets it.
 */
record Identity(List<X509Certificate> chain, PrivateKey key) {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private static final String REMEDY =
            "Correct the files, or leave both out where only this machine is to reach it.";

    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** Forward secret and authenticated, all of them; the JDK would also offer older ones. */
    private static final List<String> SUITES =
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    /** Copies the list. */
    Identity {
        chain = List.copyOf(chain);
    }

    /**
     * Reads the files.
     *
     * @throws CommandFailure where they cannot be used, with what is there and what was expected
     */
    static Identity read(ConsoleTls files, Clock clock) {
        List<X509Certificate> chain = certificates(files.certificate());
        requireValid(files.certificate(), chain, clock.now());
        return new Identity(chain, key(files.key(), chain.getFirst().getPublicKey()));
    }

    /** The same as the server wants it. */
    Tls tls() {
        return Tls.builder()
                .privateKey(key)
                .privateKeyCertChain(chain)
                // Nobody is asked for a certificate, but keys are renewed together with trust only.
                .trust(chain)
                .enabledProtocols(PROTOCOLS)
                .enabledCipherSuites(SUITES)
                .build();
    }

    /** Until when it can be used. */
    Instant until() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return chain.getFirst().getSubjectX500Principal().getName();
    }

    private static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate each :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes(file)))) {
                chain.add((X509Certificate) each);
            }
        } catch (CertificateException unreadable) {
            throw wrong("certificate", file, "unreadable", "X.509 certificates as PEM", unreadable);
        }
        if (chain.isEmpty()) {
            throw wrong("certificate", file, "none in it", "X.509 certificates as PEM");
        }
        return chain;
    }

    private static void requireValid(Path file, List<X509Certificate> chain, Instant now) {
        for (X509Certificate each : chain) {
            Instant from = each.getNotBefore().toInstant();
            Instant until = each.getNotAfter().toInstant();
            if (now.isBefore(from) || now.isAfter(until)) {
                throw wrong(
                        "certificate",
                        file,
                        "valid from %s to %s".formatted(from, until),
                        "valid now, %s".formatted(now));
            }
        }
    }

    private static PrivateKey key(Path file, PublicKey certified) {
        requireKept(file);
        Matcher pem = PKCS8.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
        String expected = "PKCS #8 as PEM, not encrypted: BEGIN PRIVATE KEY";
        if (!pem.find()) {
            throw wrong("key", file, "no such key in it", expected);
        }
        try {
            PrivateKey key =
                    KeyFactory.getInstance(certified.getAlgorithm())
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(
                                            Base64.getMimeDecoder().decode(pem.group(1))));
            if (!belongs(key, certified)) {
                throw wrong("key", file, "another one's", "that of the certificate");
            }
            return key;
        } catch (IllegalArgumentException | GeneralSecurityException unreadable) {
            throw wrong("key", file, "unreadable", "that of the certificate", unreadable);
        }
    }

    /** Whoever may read the key can be the console. */
    private static void requireKept(Path file) {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")
                    && Files.getPosixFilePermissions(file)
                            .contains(PosixFilePermission.OTHERS_READ)) {
                throw wrong("key", file, "readable by everybody", "by its owner, or its group");
            }
        } catch (IOException unreadable) {
            throw wrong("key", file, "not to be read", "a file", unreadable);
        }
    }

    private static boolean belongs(PrivateKey key, PublicKey certified)
            throws GeneralSecurityException {
        String algorithm =
                switch (certified.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> certified.getAlgorithm();
                };
        byte[] text = certified.getEncoded();
        Signature own = Signature.getInstance(algorithm);
        own.initSign(key);
        own.update(text);
        Signature theirs = Signature.getInstance(algorithm);
        theirs.initVerify(certified);
        theirs.update(text);
        return theirs.verify(own.sign());
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw wrong("file", file, "not to be read", "a file", unreadable);
        }
    }

    private static CommandFailure wrong(String what, Path file, String got, String expected) {
        return new CommandFailure(ExitStatus.USAGE, message(what, file, got, expected), REMEDY);
    }

    private static CommandFailure wrong(
            String what, Path file, String got, String expected, Exception cause) {
        return new CommandFailure(
                ExitStatus.USAGE, message(what, file, got, expected), REMEDY, cause);
    }

    private static String message(String what, Path file, String got, String expected) {
        return "TLS of the console: %s %s: %s (expected: %s)".formatted(what, file, got, expected);
    }
}
