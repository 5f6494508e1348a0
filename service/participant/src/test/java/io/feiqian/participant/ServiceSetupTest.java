package io.feiqian.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.runtime.SettableClock;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.storage.TemporaryDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a service is told at its start, and how often an operator is called. */
final class ServiceSetupTest {
    private static ServiceSetup setup(HikariDataSource database) {
        return ServiceSetup.of("accounts", database, new LocalChannel());
    }

    private static HikariDataSource pool(DatabaseConfig config, Consumer<HikariConfig> change) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(config.url());
        pool.setUsername(config.user());
        pool.setPassword(config.password());
        pool.setMaximumPoolSize(2);
        pool.setAutoCommit(false);
        change.accept(pool);
        return new HikariDataSource(pool);
    }

    @Test
    void xaIsRefusedAtTheStartWhereTheDatabaseForbidsIt() {
        try (TemporaryDatabase temporary = TemporaryDatabase.create();
                HikariDataSource database = pool(temporary.config(), pool -> {})) {
            assertThatThrownBy(() -> setup(database).withXa().open())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("max_prepared_transactions: 0 (expected: more than");
        }
    }

    @Test
    void xaIsRefusedAtTheStartWhereWaitsHaveNoBound() throws SQLException {
        try (TwoServices two = TwoServices.open();
                HikariDataSource unbounded = two.accountsWithoutLockTimeout()) {
            assertThatThrownBy(() -> setup(unbounded).withXa().open())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lock_timeout: 0, which is none (expected: a bound");
        }
    }

    @Test
    void anotherIsolationIsRefusedAtTheStart() {
        try (TemporaryDatabase temporary = TemporaryDatabase.create();
                HikariDataSource database =
                        pool(
                                temporary.config(),
                                pool ->
                                        pool.setTransactionIsolation(
                                                "TRANSACTION_REPEATABLE_READ"))) {
            assertThatThrownBy(() -> setup(database).open())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("expected: READ COMMITTED");
        }
    }

    @Test
    void theSameAlarmIsRaisedOnceAnHourAndOneThatFailsStopsNothing() {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        List<String> raised = new ArrayList<>();
        ServiceAlarms alarms =
                new RepeatedAlarms(
                        (kind, trace, message) -> {
                            raised.add(message);
                            throw new IllegalStateException("the pager is broken");
                        },
                        clock);

        alarms.raise(ServiceAlarms.Kind.UNFINISHED, Optional.empty(), "first");
        alarms.raise(ServiceAlarms.Kind.UNFINISHED, Optional.empty(), "again");
        alarms.raise(ServiceAlarms.Kind.CONTRADICTION, Optional.empty(), "another");
        clock.advance(Duration.ofMinutes(61));
        alarms.raise(ServiceAlarms.Kind.UNFINISHED, Optional.empty(), "an hour later");

        assertThat(raised).containsExactly("first", "another", "an hour later");
    }
}
