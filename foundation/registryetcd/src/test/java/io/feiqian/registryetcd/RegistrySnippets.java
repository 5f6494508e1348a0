package io.feiqian.registryetcd;

import io.feiqian.registry.AuthorizedRegistry;
import io.feiqian.registry.NameRules;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registration;
import io.feiqian.registry.spi.Registry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code docs/services.md} shows of the registry, so that the build compiles it. */
final class RegistrySnippets {
    private RegistrySnippets() {}

    /** Something that is warmed up before calls come. */
    interface Caches {
        boolean areWarm();
    }

    /** Something that chooses among instances. */
    interface Balancer {
        void use(List<ServiceInstance> instances);
    }

    static Registration joins(Path file, String host, int port, Caches caches, Balancer balancer) {
        Registry registry =
                EtcdRegistry.start(
                        EtcdConfig.of("etcd-1:2379,etcd-2:2379,etcd-3:2379", "payments-a", file));
        Registration place =
                registry.register(
                        new ServiceInstance(
                                "payments",
                                Optional.empty(),
                                "payments-a",
                                host,
                                port,
                                Map.of("site", "north")),
                        caches::areWarm);
        registry.watchInstances("accounts", balancer::use);
        return place;
    }

    static Registry isHeldToItsNames(Registry registry, String nameInCertificate) {
        Registry mine =
                new AuthorizedRegistry(
                        registry,
                        nameInCertificate,
                        NameRules.parse(
                                """
                                payments register  payments
                                payments subscribe account*
                                """));
        return mine;
    }
}
