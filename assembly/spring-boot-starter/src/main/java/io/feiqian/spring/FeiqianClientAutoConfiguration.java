package io.feiqian.spring;

import io.feiqian.participant.ContextKeys;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

/** What a service calls others with: the context goes along with every client of Boot's builder. */
@AutoConfiguration(after = FeiqianAutoConfiguration.class)
@ConditionalOnClass(RestClient.class)
@ConditionalOnBean(ContextKeys.class)
public class FeiqianClientAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    BranchCalls feiqianCalls(ContextKeys keys) {
        return new BranchCalls(keys);
    }

    @Bean
    @ConditionalOnMissingBean
    ContextSender feiqianContextSender(ContextKeys keys) {
        return new ContextSender(keys);
    }

    /** For the clients that Boot builds. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    static class OfBuilder {
        @Bean
        RestClientCustomizer feiqianRestClients(ContextSender sender) {
            return builder -> builder.requestInterceptor(sender);
        }
    }
}
