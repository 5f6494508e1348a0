package io.feiqian.spring;

import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.client.RestClient;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * What a service calls and serves over HTTP carries the call context and is under policies, with or
 * without global transactions. With a registry the policies are those that operators publish.
 */
@AutoConfiguration(afterName = "io.feiqian.registryspringcloud.RegistryAutoConfiguration")
@ConditionalOnProperty(prefix = "feiqian.calls", name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties(CallProperties.class)
public class FeiqianCallsAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    CallGovernance feiqianCallGovernance(ObjectProvider<Clock> clock) {
        return new CallGovernance(clock.getIfAvailable(Clock::system));
    }

    /** What the service is called; empty where it has no name. */
    static String service(Environment environment) {
        return environment.getProperty(
                "feiqian.service", environment.getProperty("spring.application.name", ""));
    }

    /** Where policies are published. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Registry.class)
    @ConditionalOnBean(Registry.class)
    static class Publishing {
        @Bean
        PublishedPolicies feiqianPublishedPolicies(
                Registry registry, CallGovernance governance, Environment environment) {
            Map<String, String> labels =
                    new HashMap<>(
                            Binder.get(environment)
                                    .bind(
                                            "feiqian.registry.labels",
                                            Bindable.mapOf(String.class, String.class))
                                    .orElseGet(Map::of));
            String service = service(environment);
            labels.putIfAbsent("role", service);
            String host = host(environment);
            return new PublishedPolicies(
                    registry, governance, process(environment, service, host), host, labels);
        }

        private static String host(Environment environment) {
            String host = environment.getProperty("feiqian.registry.host", "");
            if (!host.isEmpty()) {
                return host;
            }
            try {
                return InetAddress.getLocalHost().getHostAddress();
            } catch (UnknownHostException unnamed) {
                return "localhost";
            }
        }

        /** Among all processes of the system; the same after a restart where the port is. */
        private static String process(Environment environment, String service, String host) {
            int port = environment.getProperty("server.port", Integer.class, 8080);
            String own =
                    environment.getProperty(
                            "feiqian.registry.instance-id",
                            host + "-" + (port > 0 ? port : ProcessHandle.current().pid()));
            String name =
                    (service + "-" + own).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
            String end = name.substring(Math.max(0, name.length() - 63));
            return end.matches("[a-z0-9].*") ? end : "i" + end;
        }
    }

    /** What leaves. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClient.class)
    static class Calling {
        @Bean
        @ConditionalOnMissingBean
        GovernedSender feiqianGovernedSender(
                CallGovernance governance,
                ObjectProvider<OtherCalls> others,
                Environment environment) {
            return new GovernedSender(
                    governance,
                    service(environment),
                    Binder.get(environment)
                            .bind("feiqian.services", Bindable.mapOf(String.class, URI.class))
                            .orElseGet(Map::of),
                    () -> others.stream().flatMap(each -> each.current().stream()).findFirst());
        }

        /** For the clients that Boot builds. */
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass(RestClientCustomizer.class)
        static class OfBuilders {
            @Bean
            RestClientCustomizer feiqianGovernedRestClients(GovernedSender sender) {
                return builder -> builder.requestInterceptor(sender);
            }

            @Bean
            RestTemplateCustomizer feiqianGovernedRestTemplates(GovernedSender sender) {
                return template -> template.getInterceptors().add(sender);
            }
        }
    }

    /** What comes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(WebMvcConfigurer.class)
    static class Serving {
        @Bean
        WebMvcConfigurer feiqianGovernedHandling(
                CallGovernance governance, CallProperties properties, Environment environment) {
            GovernedHandling handling =
                    new GovernedHandling(governance, service(environment), properties.within());
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(handling)
                            .order(FeiqianWebAutoConfiguration.RECEIVED + 10);
                }
            };
        }

        @Bean
        @ConditionalOnMissingBean
        TransactionProblems feiqianProblems() {
            return new TransactionProblems();
        }
    }
}
