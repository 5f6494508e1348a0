package io.feiqian.spring;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.annotation.Bean;

/**
 * With Spring Cloud, services that no property names are found where they are registered
 * (S.stack-2): with {@code feiqian-registry-spring-cloud} and {@code feiqian.registry.servers} in
 * our registry.
 */
@AutoConfiguration
@ConditionalOnClass(DiscoveryClient.class)
@ConditionalOnProperty(prefix = "feiqian", name = "enabled", matchIfMissing = true)
public class FeiqianDiscoveryAutoConfiguration {
    /** The label of an instance whose phase two is mounted under a path. */
    static final String PATH = "feiqian-path";

    @Bean
    @ConditionalOnMissingBean
    ServiceAddresses feiqianAddresses(ObjectProvider<DiscoveryClient> discovery) {
        AtomicInteger turn = new AtomicInteger();
        return service -> {
            DiscoveryClient client = discovery.getIfAvailable();
            List<ServiceInstance> all = client == null ? List.of() : client.getInstances(service);
            if (all.isEmpty()) {
                return Optional.empty();
            }
            ServiceInstance one = all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
            Map<String, String> labels = one.getMetadata();
            String path = labels == null ? "" : labels.getOrDefault(PATH, "");
            return Optional.of(URI.create(one.getUri() + path));
        };
    }
}
