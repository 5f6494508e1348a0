package io.feiqian.registryspringcloud;

import io.feiqian.registry.Eventually;
import io.feiqian.registry.ServiceInstance;
import io.feiqian.registry.spi.Registry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Small Spring Boot services as users have them, each an application of its own. */
final class Services implements AutoCloseable {
    private final Path folder;
    private final String registry;
    private final List<ConfigurableApplicationContext> running = new ArrayList<>();

    Services(Path folder, String registry) {
        this.folder = folder;
        this.registry = registry;
    }

    /** Says who it is. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Who.class)
    static class Accounts {}

    @RestController
    static class Who {
        private final String name;

        Who(@Value("${who:}") String name) {
            this.name = name;
        }

        @GetMapping("/who")
        String who() {
            return name;
        }
    }

    /** Calls a service by its name, as Spring Cloud's documentation says. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Caller {
        @Bean
        @LoadBalanced
        RestClient.Builder builder() {
            return RestClient.builder();
        }

        @Bean
        RestClient accounts(RestClient.Builder builder) {
            return builder.baseUrl("http://accounts").build();
        }
    }

    ConfigurableApplicationContext accounts(String who, String... more) {
        return start(Accounts.class, "accounts", who, more);
    }

    ConfigurableApplicationContext caller(String... more) {
        return start(Caller.class, "caller", "caller", more);
    }

    ConfigurableApplicationContext start(Class<?> type, String name, String who, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--spring.application.name=" + name,
                                "--spring.main.banner-mode=off",
                                "--spring.jmx.enabled=false",
                                "--server.port=0",
                                "--spring.cloud.discovery.reactive.enabled=false",
                                "--who=" + who,
                                "--feiqian.registry.servers=" + registry,
                                "--feiqian.registry.host=127.0.0.1",
                                "--feiqian.registry.snapshot=" + folder.resolve(who + ".json")));
        arguments.addAll(Arrays.asList(more));
        ConfigurableApplicationContext started =
                new SpringApplicationBuilder(type)
                        .registerShutdownHook(false)
                        .run(arguments.toArray(String[]::new));
        running.add(started);
        return started;
    }

    /** Waits until an application sees such instances of accounts. */
    static void await(
            ConfigurableApplicationContext application, Predicate<List<ServiceInstance>> wanted)
            throws Exception {
        Eventually<List<ServiceInstance>> seen = Eventually.of(wanted);
        Runnable end = application.getBean(Registry.class).watchInstances("accounts", seen::see);
        seen.await();
        end.run();
    }

    static String call(ConfigurableApplicationContext caller) {
        return String.valueOf(
                caller.getBean("accounts", RestClient.class)
                        .get()
                        .uri("/who")
                        .retrieve()
                        .body(String.class));
    }

    @Override
    public void close() {
        running.forEach(ConfigurableApplicationContext::close);
    }
}
