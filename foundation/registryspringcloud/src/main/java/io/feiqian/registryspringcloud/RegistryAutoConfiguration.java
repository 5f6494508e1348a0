package io.feiqian.registryspringcloud;

import io.feiqian.registry.ZooKeeperRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Timer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ConditionalOnDiscoveryEnabled;
import org.springframework.cloud.client.ConditionalOnReactiveDiscoveryEnabled;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.composite.reactive.ReactiveCompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Flux;

/**
 * Registers the application and finds others, once {@code feiqian.registry.servers} says where the
 * registry is. An application that brings a {@link Registry} bean of its own uses that one.
 */
@AutoConfiguration(
        before = {
            SimpleDiscoveryClientAutoConfiguration.class,
            CompositeDiscoveryClientAutoConfiguration.class,
            ReactiveCompositeDiscoveryClientAutoConfiguration.class
        })
@ConditionalOnProperty("feiqian.registry.servers")
@ConditionalOnDiscoveryEnabled
@EnableConfigurationProperties(RegistryProperties.class)
public class RegistryAutoConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryAutoConfiguration.class);

    @Bean
    @ConditionalOnMissingBean
    ThisApplication feiqianRegistration(RegistryProperties properties, Environment environment) {
        return new ThisApplication(properties, environment);
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Registry feiqianRegistry(RegistryProperties properties, ThisApplication application) {
        Path snapshot = application.snapshot();
        try {
            Files.createDirectories(snapshot.toAbsolutePath().getParent());
        } catch (IOException failure) {
            LOG.warn("what the registry says is not kept in {}", snapshot, failure);
        }
        return ZooKeeperRegistry.start(properties.config(snapshot, application.process()));
    }

    @Bean
    @ConditionalOnMissingBean
    RegistryDiscoveryClient feiqianDiscoveryClient(
            Registry registry, RegistryProperties properties) {
        RegistryDiscoveryClient client =
                new RegistryDiscoveryClient(registry, properties.firstLook());
        properties.services().forEach(client::expect);
        return client;
    }

    @Bean
    @ConditionalOnMissingBean
    RegistryServiceRegistry feiqianServiceRegistry(
            Registry registry, ApplicationAvailability availability) {
        return new RegistryServiceRegistry(
                registry,
                () -> availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty(
            name = "spring.cloud.service-registry.auto-registration.enabled",
            matchIfMissing = true)
    RegistrationLifecycle feiqianRegistrationLifecycle(
            RegistryServiceRegistry registry,
            ThisApplication application,
            RegistryProperties properties) {
        return new RegistrationLifecycle(
                registry,
                application,
                properties.leaveWait(),
                Timer.system("feiqian-registry-leave"));
    }

    /** For reactive callers, and for a load balancer that prefers to ask so. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Flux.class)
    @ConditionalOnReactiveDiscoveryEnabled
    static class Reactive {
        @Bean
        @ConditionalOnMissingBean
        ReactiveRegistryDiscoveryClient feiqianReactiveDiscoveryClient(
                RegistryDiscoveryClient client) {
            return new ReactiveRegistryDiscoveryClient(client);
        }
    }
}
