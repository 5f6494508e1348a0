package io.feiqian.server;

import io.feiqian.registry.ZooKeeperServer;
import java.io.IOException;
import java.nio.file.Path;

/** The registry: a ZooKeeper server alone, or a member of an ensemble. */
final class RegistryRole {
    private RegistryRole() {}

    static AutoCloseable start(RegistryConfig told) throws IOException {
        return ZooKeeperServer.start(
                ZooKeeperServer.Config.alone(Path.of(told.dataFolder()), told.host(), told.port()));
    }
}
