package io.feiqian.server;

import io.feiqian.configuration.DocumentType;

/**
 * What the registry is told, as a file.
 *
 * @param host where it listens
 * @param port where it listens
 * @param dataFolder where it keeps what it knows
 */
record RegistryConfig(String host, int port, String dataFolder) {
    /** What a file says. */
    static final DocumentType<RegistryConfig> TYPE =
            DocumentType.of("registry", new RegistryConfig("127.0.0.1", 2181, "data"));
}
