package io.feiqian.spring;

import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.ServiceAlarms;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** What of a service's transactions is measured, where there is a registry of Micrometer. */
@AutoConfiguration(
        before = FeiqianAutoConfiguration.class,
        afterName =
                "org.springframework.boot.micrometer.metrics.autoconfigure"
                        + ".CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public class FeiqianMetricsAutoConfiguration {
    @Bean
    MeterBinder feiqianMeters(
            ObjectProvider<GlobalTransactions> transactions,
            ObjectProvider<DataSource> database,
            ObjectProvider<Clock> clock) {
        return registry -> {
            GlobalTransactions here = transactions.getIfAvailable();
            DataSource there = database.getIfAvailable();
            if (here != null && there != null) {
                new TransactionMeters(here, there, clock.getIfAvailable(Clock::system))
                        .bindTo(registry);
            }
        };
    }

    /** Alarms are counted by kind, and written to the log as they would be without. */
    @Bean
    @ConditionalOnMissingBean
    ServiceAlarms feiqianAlarms(ObjectProvider<MeterRegistry> registry) {
        ServiceAlarms log = ServiceAlarms.logged();
        return (kind, trace, message) -> {
            registry.ifAvailable(
                    to -> to.counter("feiqian.alarms", "kind", kind.name()).increment());
            log.raise(kind, trace, message);
        };
    }

    @Bean
    static BeanPostProcessor feiqianMeteredChannel(ObjectProvider<MeterRegistry> registry) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof ServiceChannel channel
                        ? new MeteredChannel(channel, registry::getObject)
                        : bean;
            }
        };
    }
}
