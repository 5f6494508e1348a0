package io.feiqian.spring;

import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.OpenWork;
import io.feiqian.runtime.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * The service's health: down where its database cannot be asked; what waits, is overdue or stopped
 * is told beside it, and takes no instance out of service, since another would find the same.
 */
@AutoConfiguration(after = FeiqianAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(GlobalTransactions.class)
@ConditionalOnEnabledHealthIndicator("feiqian")
public class FeiqianHealthAutoConfiguration {
    @Bean
    HealthIndicator feiqianHealthIndicator(
            GlobalTransactions transactions, DataSource database, ObjectProvider<Clock> clock) {
        return new OfTransactions(transactions, database, clock.getIfAvailable(Clock::system));
    }

    private static final class OfTransactions extends AbstractHealthIndicator {
        private final GlobalTransactions transactions;
        private final DataSource database;
        private final Clock clock;

        OfTransactions(GlobalTransactions transactions, DataSource database, Clock clock) {
            super("global transactions: the database cannot be asked");
            this.transactions = transactions;
            this.database = database;
            this.clock = clock;
        }

        @Override
        protected void doHealthCheck(Health.Builder builder) throws Exception {
            OpenWork open = OpenWork.in(database, clock.now());
            builder.up()
                    .withDetail("service", transactions.service())
                    .withDetail("tried", open.tried())
                    .withDetail("overdue", open.overdue())
                    .withDetail("longestOverdue", open.longestOverdue().toString())
                    .withDetail("unfinished", open.unfinished())
                    .withDetail("oldestUnfinished", open.oldestUnfinished().toString())
                    .withDetail("stoppedHere", transactions.stopped());
        }
    }
}
