package io.feiqian.proxy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * TLS to backends.
 *
 * @param authorities who may have signed their certificates, PEM; empty for those that the platform
 *     trusts
 * @param name the name that their certificates must have; empty for the host that is called
 * @param certificate what is shown to them, PEM; empty for nothing
 * @param key the private key for it, PEM (PKCS 8)
 */
public record BackendTls(
        Optional<Path> authorities,
        Optional<String> name,
        Optional<Path> certificate,
        Optional<Path> key) {
    /** Refuses a certificate without its key. */
    public BackendTls {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "certificate, key: one of them (expected: both or none)");
        }
    }

    /** All files that are named, each once. */
    List<Path> files() {
        return Stream.of(authorities, certificate, key)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }
}
