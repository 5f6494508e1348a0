package io.feiqian.server;

import io.feiqian.registry.ZooKeeperConfig;
import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.registryetcd.EtcdConfig;
import io.feiqian.registryetcd.EtcdRegistry;
import io.feiqian.registrynacos.NacosConfig;
import io.feiqian.registrynacos.NacosRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a process's registry is, and which: {@code etcd://10.0.0.1:2379,10.0.0.2:2379}, {@code
 * nacos://10.0.0.1:8848}, {@code zookeeper://10.0.0.1:2181}; without a scheme it is ZooKeeper's. A
 * path names the tenant, as in {@code etcd://10.0.0.1:2379/retail}.
 *
 * @param kind which
 * @param servers the members, {@code host:port} separated by commas
 * @param tenant whose part of the registry; empty for the part that is no tenant's
 */
record RegistryAddress(Kind kind, String servers, Optional<String> tenant) {
    private static final Pattern FORM =
            Pattern.compile("(?:(zookeeper|etcd|nacos)://)?([^/\\s]+)(?:/([a-z0-9.-]+))?");

    /** A registry that is starting beside us is not waited for: it tells us when it is there. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** The registries that there are adapters for. */
    enum Kind {
        ZOOKEEPER,
        ETCD,
        NACOS
    }

    /** Reads what a configuration file says. */
    static RegistryAddress parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "registry: \""
                            + text
                            + "\" (expected: host:port,..., or zookeeper://, etcd:// or nacos://"
                            + " before them and /TENANT after them)");
        }
        Kind kind =
                parts.group(1) == null
                        ? Kind.ZOOKEEPER
                        : switch (parts.group(1)) {
                            case "etcd" -> Kind.ETCD;
                            case "nacos" -> Kind.NACOS;
                            default -> Kind.ZOOKEEPER;
                        };
        return new RegistryAddress(kind, parts.group(2), Optional.ofNullable(parts.group(3)));
    }

    /**
     * Connects, or goes on with what was kept.
     *
     * @param process the name of this process, among those who watch
     * @param snapshot where what the registry said last is kept
     */
    Registry open(String process, Path snapshot) {
        return switch (kind) {
            case ZOOKEEPER -> ZooKeeperRegistry.start(zooKeeper(process, snapshot));
            case ETCD ->
                    EtcdRegistry.start(
                            new EtcdConfig(
                                    servers,
                                    process,
                                    tenant,
                                    Optional.empty(),
                                    Optional.of(snapshot),
                                    PATIENCE,
                                    LEASE,
                                    GRACE));
            case NACOS ->
                    NacosRegistry.start(
                            new NacosConfig(
                                    servers,
                                    tenant,
                                    Optional.empty(),
                                    Optional.of(snapshot),
                                    PATIENCE,
                                    LEASE,
                                    GRACE));
        };
    }

    private ZooKeeperConfig zooKeeper(String process, Path snapshot) {
        ZooKeeperConfig config =
                new ZooKeeperConfig(servers, Optional.of(snapshot), PATIENCE, LEASE, GRACE)
                        .named(process);
        return tenant.map(config::inTenant).orElse(config);
    }
}
