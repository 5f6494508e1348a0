package io.feiqian.server;

import io.feiqian.configuration.DocumentType;
import java.nio.file.Path;
import java.util.List;

/**
 * What the gateway is told, as a file.
 *
 * @param name the gateway's name, unique in the whole system
 * @param host where it listens
 * @param port where it listens
 * @param registry the registry's address, as {@link RegistryAddress} has it
 * @param snapshotFile what the registry said last, kept beside the process
 * @param firstRouteMapFile the bank's first route map, where nothing else is known
 * @param secretsFolder where the operators' token is
 * @param tracesTo where spans go, as {@code http://host:4318/v1/traces} (OTLP over HTTP); empty
 *     keeps their numbers on log lines only
 * @param tracesPerSecond the most traces that begin here and are recorded in a second; 0 for all
 * @param instances where the cells' instances are, where the registry has not said
 */
record GatewayRoleConfig(
        String name,
        String host,
        int port,
        String registry,
        String snapshotFile,
        String firstRouteMapFile,
        String secretsFolder,
        String tracesTo,
        int tracesPerSecond,
        List<KnownInstance> instances) {
    /** What a file says. */
    static final DocumentType<GatewayRoleConfig> TYPE =
            DocumentType.of(
                    "gateway",
                    new GatewayRoleConfig(
                            "gateway",
                            "127.0.0.1",
                            8080,
                            "127.0.0.1:2181",
                            "registry-snapshot",
                            "route-map.json",
                            "secrets",
                            "",
                            0,
                            List.of()));

    /** Where a gateway of this folder says where its desk is. */
    static Path deskAddress(Path folder) {
        return folder.resolve("desk-address");
    }

    /** Copies the list. */
    GatewayRoleConfig {
        instances = List.copyOf(instances);
    }
}
