package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TLS that ends at a listener (P6.2.2.2-f). Files are read anew when they change, without a pause.
 *
 * @param certificates certificates with their keys; by server name where there are several, the
 *     first for everybody else
 * @param clientCertificates whether clients show one
 * @param clientAuthorities who may have signed those of clients, PEM
 * @param oldest the oldest version of TLS that is spoken: {@code TLSv1.2} or {@code TLSv1.3}
 * @param ticketKeys secrets by which gateways take up each other's sessions: lines of Base64, 32
 *     bytes or more each; tickets are made with the first and taken with all. Empty for keys of the
 *     gateway's own
 */
public record TlsConfig(
        List<CertificateFiles> certificates,
        @ByDefault("NONE") ClientCertificates clientCertificates,
        Optional<Path> clientAuthorities,
        @ByDefault("TLSv1.2") String oldest,
        Optional<Path> ticketKeys) {
    /** Whether clients show a certificate. */
    public enum ClientCertificates {
        /** They are not asked. */
        NONE,
        /** They are asked; one that is shown must be good. */
        WANTED,
        /** Without one there is no connection. */
        REQUIRED
    }

    /**
     * A certificate with its key.
     *
     * @param certificate the chain, PEM
     * @param key the private key, PEM (PKCS 8)
     */
    public record CertificateFiles(Path certificate, Path key) {}

    /** The same with keys for tickets of the gateway's own. */
    public TlsConfig(
            List<CertificateFiles> certificates,
            ClientCertificates clientCertificates,
            Optional<Path> clientAuthorities,
            String oldest) {
        this(certificates, clientCertificates, clientAuthorities, oldest, Optional.empty());
    }

    /** Refuses what cannot work. */
    public TlsConfig {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("certificates: none (expected: at least one)");
        }
        if (clientCertificates != ClientCertificates.NONE && clientAuthorities.isEmpty()) {
            throw new IllegalArgumentException(
                    "clientAuthorities: none (expected: a file, where clients show certificates)");
        }
        if (!oldest.equals("TLSv1.2") && !oldest.equals("TLSv1.3")) {
            throw new IllegalArgumentException(
                    "oldest: " + oldest + " (expected: TLSv1.2 or TLSv1.3)");
        }
    }
}
