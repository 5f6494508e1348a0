package io.feiqian.spring;

import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.Once;
import io.feiqian.participant.ServiceActions;
import io.feiqian.participant.ServiceAlarms;
import io.feiqian.participant.ServiceSetup;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.runtime.Clock;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * A service's {@link GlobalTransactions} over its DataSource, from the properties and the beans
 * that it has. Every bean can be replaced by one of the service's own.
 */
@AutoConfiguration(after = DataSourceAutoConfiguration.class)
@ConditionalOnProperty(prefix = "feiqian", name = "enabled", matchIfMissing = true)
@EnableConfigurationProperties(FeiqianProperties.class)
public class FeiqianAutoConfiguration {
    /** What the service is called, by its own property or the application's. */
    record ServiceIdentity(String name) {}

    @Bean
    ServiceIdentity feiqianService(FeiqianProperties properties, Environment environment) {
        String name =
                properties.service().isEmpty()
                        ? environment.getProperty("spring.application.name", "")
                        : properties.service();
        if (name.isEmpty()) {
            throw new UnusableSetupException(
                    "The service has no name.",
                    "Set feiqian.service, or spring.application.name: the same for every instance"
                            + " of the service, and another than every other service's.");
        }
        return new ServiceIdentity(name);
    }

    @Bean
    @ConditionalOnMissingBean
    TransactionThreads feiqianThreads(ServiceIdentity service) {
        return new TransactionThreads(service.name());
    }

    @Bean
    @ConditionalOnMissingBean
    ContextKeys feiqianKeys(FeiqianProperties properties, ObjectProvider<Clock> clock) {
        String action =
                "Let feiqian.keys-file name a file with a line of a number and 64 hexadecimal"
                        + " digits, the same file for every service, readable by the service"
                        + " alone.";
        if (properties.keysFile().isEmpty()) {
            throw new UnusableSetupException("The service has no keys.", action);
        }
        return keys(properties.keysFile(), clock.getIfAvailable(Clock::system), action);
    }

    /** The keys of a file, or what to do about it. */
    static ContextKeys keys(String file, Clock clock, String action) {
        try {
            return ContextKeys.in(Path.of(file), clock);
        } catch (UncheckedIOException | IllegalArgumentException unusable) {
            throw new UnusableSetupException(
                    "The service's keys cannot be used: " + unusable.getMessage(),
                    action,
                    unusable);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    ServiceChannel feiqianChannel(
            FeiqianProperties properties,
            ServiceIdentity service,
            ContextKeys keys,
            TransactionThreads threads,
            ObjectProvider<ServiceAddresses> registered,
            ObjectProvider<GlobalTransactions> transactions) {
        return new ServiceRoutes(
                service.name(),
                properties.services(),
                registered.getIfAvailable(() -> ServiceAddresses.NONE),
                keys,
                properties.timing().messageTimeout(),
                transactions::getObject,
                threads.executor());
    }

    @Bean
    @ConditionalOnMissingBean
    SpringWork feiqianWork(DataSource database) {
        return new SpringWork(database);
    }

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    GlobalTransactions feiqianTransactions(
            FeiqianProperties properties,
            ServiceIdentity service,
            DataSource database,
            ServiceChannel channel,
            SpringWork work,
            TransactionThreads threads,
            ObjectProvider<ServiceActions> actions,
            ObjectProvider<StatementUndo> undo,
            ObjectProvider<ServiceAlarms> alarms,
            ObjectProvider<Clock> clock,
            ConfigurableListableBeanFactory beans)
            throws SQLException {
        ServiceTables tables = new ServiceTables(database, properties);
        ServiceSetup setup = ServiceSetup.of(service.name(), database, channel);
        tables.prepare(setup);
        ServiceActions all =
                new ActionBeans(beans, work).addTo(actions.getIfAvailable(ServiceActions::none));
        StatementUndo statements = undo.getIfAvailable();
        if (statements != null) {
            all = all.with(statements);
        } else if (properties.sqlMode().enabled()) {
            all = all.with(tables.sqlMode());
        }
        setup =
                setup.with(all)
                        .with(properties.timing().settings())
                        .with(alarms.getIfAvailable(ServiceAlarms::logged))
                        .with(
                                clock.getIfAvailable(Clock::system),
                                threads.timer(),
                                threads.executor());
        try {
            return (properties.xa().enabled() ? setup.withXa() : setup).open();
        } catch (IllegalStateException unusable) {
            throw new UnusableSetupException(
                    "The database would not keep the rules: " + unusable.getMessage(),
                    "Change the database's or the pool's setting as the message says, or switch"
                            + " off the kind of branch that asks for it.",
                    unusable);
        }
    }

    @Bean
    TransactionLifecycle feiqianLifecycle(GlobalTransactions transactions) {
        return new TransactionLifecycle(transactions);
    }

    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    Once feiqianOnce(
            DataSource database, FeiqianProperties properties, ObjectProvider<Clock> clock) {
        return Once.over(
                database, properties.timing().settings(), clock.getIfAvailable(Clock::system));
    }

    @Bean
    static IdempotentBeans feiqianIdempotentBeans(
            ObjectProvider<Once> once, ObjectProvider<SpringWork> work) {
        return new IdempotentBeans(once::getObject, work::getObject);
    }
}
