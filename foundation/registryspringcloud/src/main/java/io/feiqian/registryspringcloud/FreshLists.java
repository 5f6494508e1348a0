package io.feiqian.registryspringcloud;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Lets Spring Cloud LoadBalancer ask for every call, which costs nothing here, unless the
 * application says otherwise: its cache would send calls to an instance for half a minute after it
 * left.
 */
public final class FreshLists implements EnvironmentPostProcessor {
    private static final String CACHE = "spring.cloud.loadbalancer.cache.enabled";

    @Override
    public void postProcessEnvironment(
            ConfigurableEnvironment environment, SpringApplication application) {
        if (environment.containsProperty("feiqian.registry.servers")) {
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource("feiqian-registry", Map.of(CACHE, "false")));
        }
    }
}
