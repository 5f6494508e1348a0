package io.feiqian.server;

/**
 * What the registry is told, as a file.
 *
 * @param host where it listens
 * @param port where it listens
 * @param dataFolder where it keeps what it knows
 */
record RegistryConfig(String host, int port, String dataFolder) {}
