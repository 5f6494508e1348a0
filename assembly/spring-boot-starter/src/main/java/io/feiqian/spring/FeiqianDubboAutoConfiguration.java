package io.feiqian.spring;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participantdubbo.DubboContext;
import io.feiqian.registry.spi.Registry;
import io.feiqian.registrydubbo.SharedRegistry;
import io.feiqian.rpcdubbo.DubboCallContext;
import io.feiqian.rpcdubbo.DubboCalls;
import io.feiqian.rpcdubbo.DubboContextSource;
import io.feiqian.rpcdubbo.DubboPolicies;
import io.feiqian.runtime.Randomness;
import java.util.Map;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Calls over Dubbo as those over HTTP: the same context, the same policies, the same keys, and the
 * registry that the application has already (S.stack-2). For applications on {@code @EnableDubbo};
 * who starts Dubbo otherwise installs the {@link DubboPolicies} bean itself.
 */
@AutoConfiguration(
        after = {FeiqianAutoConfiguration.class, FeiqianCallsAutoConfiguration.class},
        afterName = "org.apache.dubbo.spring.boot.autoconfigure.DubboAutoConfiguration")
@ConditionalOnClass({ApplicationModel.class, DubboPolicies.class})
@ConditionalOnBean(CallGovernance.class)
public class FeiqianDubboAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    DubboPolicies feiqianDubboPolicies(CallGovernance governance) {
        return new DubboPolicies(
                governance.calling(),
                governance.serving(),
                governance.timer(),
                Randomness.shared(governance.clock().nanos()));
    }

    /** A call over Dubbo belongs to the HTTP request that its thread serves. */
    @Bean
    @ConditionalOnMissingBean
    DubboContextSource feiqianDubboContexts() {
        return () ->
                HttpCallContext.current()
                        .map(each ->
                                new DubboCallContext(
                                        each.trace(),
                                        each.subNumber(),
                                        each.deadline(),
                                        each.grayLabel(),
                                        each.tenant(),
                                        each.traceparent()));
    }

    /** A call over HTTP belongs to the call over Dubbo that its thread serves. */
    @Bean
    OtherCalls feiqianCallsOverDubbo() {
        return () ->
                DubboCalls.current()
                        .map(each ->
                                HttpCallContext.of(
                                        each,
                                        each instanceof DubboCallContext dubbo
                                                ? dubbo.traceparent()
                                                : ""));
    }

    /** Before Dubbo exports and refers to anything, which it does once all beans are there. */
    @Bean
    SmartInitializingSingleton feiqianDubboInstallation(
            ObjectProvider<ApplicationModel> application,
            DubboPolicies policies,
            DubboContextSource contexts,
            ObjectProvider<ContextKeys> keys) {
        return () ->
                application.ifAvailable(to -> {
                    policies.install(to);
                    contexts.install(to);
                    keys.ifAvailable(each -> DubboContext.install(to, each));
                });
    }

    /** The application's name, unless it says otherwise; interface by interface, as ours is. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(ApplicationModel.class)
    @ConditionalOnProperty("spring.application.name")
    ApplicationConfig feiqianDubboApplication(Environment environment) {
        ApplicationConfig application =
                new ApplicationConfig(environment.getRequiredProperty("spring.application.name"));
        application.setRegisterMode("interface");
        return application;
    }

    /** With our registry's adapter, Dubbo's services stand where the application stands. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SharedRegistry.class)
    @ConditionalOnBean({Registry.class, ApplicationModel.class})
    @ConditionalOnProperty("feiqian.registry.servers")
    static class Registered {
        @Bean
        SmartInitializingSingleton feiqianDubboRegistryInstallation(
                ObjectProvider<ApplicationModel> application,
                Registry registry,
                Environment environment) {
            SharedRegistry shared =
                    new SharedRegistry(
                            environment.getRequiredProperty("feiqian.registry.servers"),
                            environment.getProperty("feiqian.registry.tenant", ""),
                            registry);
            return () -> application.ifAvailable(shared::install);
        }

        @Bean
        @ConditionalOnMissingBean
        @Conditional(NoOther.class)
        RegistryConfig feiqianDubboRegistry(Environment environment) {
            String[] servers =
                    environment.getRequiredProperty("feiqian.registry.servers").split(",", 2);
            RegistryConfig config = new RegistryConfig("feiqian://" + servers[0]);
            if (servers.length > 1) {
                config.setAddress("feiqian://" + servers[0] + "?backup=" + servers[1]);
            }
            String tenant = environment.getProperty("feiqian.registry.tenant", "");
            if (!tenant.isEmpty()) {
                config.setParameters(Map.of("tenant", tenant));
            }
            return config;
        }
    }

    /** That no property names a registry for Dubbo. */
    static final class NoOther implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            return !environment.containsProperty("dubbo.registry.address")
                    && !Binder.get(environment)
                            .bind("dubbo.registries", Bindable.mapOf(String.class, Object.class))
                            .isBound();
        }
    }
}
