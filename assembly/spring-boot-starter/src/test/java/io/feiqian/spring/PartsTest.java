package io.feiqian.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.registry.spi.Registry;
import io.feiqian.rpcdubbo.DubboContextSource;
import io.feiqian.rpcdubbo.DubboPolicies;
import io.feiqian.runtime.Timer;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What of the starter is there, by what the service has. */
@Timeout(60)
final class PartsTest {
    private final ApplicationContextRunner service =
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(
                                    FeiqianCallsAutoConfiguration.class,
                                    FeiqianDubboAutoConfiguration.class));

    @Configuration(proxyBeanMethods = false)
    static class Registered {
        @Bean(destroyMethod = "close")
        Registry registry() {
            return new InMemoryRegistry(Timer.system("test"));
        }
    }

    /** As {@code @EnableDubbo} brings it. */
    @Configuration(proxyBeanMethods = false)
    static class WithDubbo {
        @Bean
        ApplicationModel application() {
            return FrameworkModel.defaultModel().newApplication();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {
        @Bean
        RegistryConfig own() {
            return new RegistryConfig("zookeeper://elsewhere:2181");
        }
    }

    @Test
    void withoutDubboThereIsNothingOfIt() {
        service.withClassLoader(new FilteredClassLoader("org.apache.dubbo"))
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(CallGovernance.class);
                    assertThat(context).doesNotHaveBean("feiqianDubboPolicies");
                });
        service.withClassLoader(new FilteredClassLoader("io.feiqian.rpcdubbo"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context).doesNotHaveBean(FeiqianDubboAutoConfiguration.class);
                });
    }

    @Test
    void withoutTheRegistryThereIsNobodyToFollow() {
        service.withClassLoader(
                        new FilteredClassLoader("io.feiqian.registry.", "io.feiqian.registrydubbo"))
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(DubboPolicies.class);
                    assertThat(context).doesNotHaveBean("feiqianPublishedPolicies");
                });
        service.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(DubboContextSource.class);
            assertThat(context).doesNotHaveBean(PublishedPolicies.class);
            assertThat(context).doesNotHaveBean(RegistryConfig.class);
        });
    }

    @Test
    void dubboIsGivenTheRegistryAndTheNameThatTheServiceHasUnlessItHasItsOwn() {
        ApplicationContextRunner registered =
                service.withUserConfiguration(Registered.class)
                        .withPropertyValues(
                                "spring.application.name=points",
                                "feiqian.registry.servers=one:2181,two:2181",
                                "feiqian.registry.tenant=north");
        registered.run(context -> {
            // Dubbo on the class path alone is not begun.
            assertThat(context).hasNotFailed().doesNotHaveBean(ApplicationConfig.class);
            assertThat(context).doesNotHaveBean(RegistryConfig.class);
        });
        ApplicationContextRunner dubbo = registered.withUserConfiguration(WithDubbo.class);
        dubbo.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(PublishedPolicies.class);
            RegistryConfig registry = context.getBean(RegistryConfig.class);
            assertThat(registry.getAddress()).isEqualTo("feiqian://one:2181?backup=two:2181");
            assertThat(registry.getParameters()).containsEntry("tenant", "north");
            assertThat(context.getBean(ApplicationConfig.class).getName()).isEqualTo("points");
        });
        dubbo.withPropertyValues("dubbo.registry.address=zookeeper://elsewhere:2181")
                .run(context -> assertThat(context).doesNotHaveBean(RegistryConfig.class));
        dubbo.withUserConfiguration(Own.class)
                .run(context ->
                        assertThat(context.getBean(RegistryConfig.class).getAddress())
                                .isEqualTo("zookeeper://elsewhere:2181"));
    }
}
