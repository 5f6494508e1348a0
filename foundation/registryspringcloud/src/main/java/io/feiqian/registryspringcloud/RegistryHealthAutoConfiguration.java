package io.feiqian.registryspringcloud;

import io.feiqian.registry.spi.Registry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * What the registry is to this application at the moment. Always up: without the registry it calls
 * and serves on, so an instance must not be taken out of service for that.
 */
@AutoConfiguration(after = RegistryAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(RegistryServiceRegistry.class)
@ConditionalOnEnabledHealthIndicator("feiqian-registry")
public class RegistryHealthAutoConfiguration {
    @Bean
    HealthIndicator feiqianRegistryHealthIndicator(
            Registry registry,
            RegistryServiceRegistry serviceRegistry,
            ThisApplication application) {
        return () ->
                Health.up()
                        .withDetail("reached", registry.isConnected())
                        .withDetail("registered", serviceRegistry.isRegistered(application))
                        .withDetail("doubted", registry.doubted().size())
                        .build();
    }
}
