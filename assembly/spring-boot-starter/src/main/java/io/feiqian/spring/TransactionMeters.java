package io.feiqian.spring;

import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.OpenWork;
import io.feiqian.runtime.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is open, as gauges: of the service's database, read at most every few seconds however many
 * ask; and of this instance. Where the database cannot be asked they say nothing (NaN).
 * Thread-safe.
 */
final class TransactionMeters implements MeterBinder {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionMeters.class);
    private static final Duration READ_EVERY = Duration.ofSeconds(5);

    private final GlobalTransactions transactions;
    private final DataSource database;
    private final Clock clock;

    /** Guards the fields below. */
    private final Object lock = new Object();

    private Optional<OpenWork> last = Optional.empty();
    private boolean read;
    private long readAt;

    TransactionMeters(GlobalTransactions transactions, DataSource database, Clock clock) {
        this.transactions = transactions;
        this.database = database;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        ofDatabase(registry, "feiqian.branches.tried", "branches that wait", OpenWork::tried);
        ofDatabase(
                registry,
                "feiqian.branches.overdue",
                "branches whose deadline is over",
                OpenWork::overdue);
        ofDatabase(
                registry,
                "feiqian.branches.longest.overdue.seconds",
                "how long the first of them is overdue",
                open -> open.longestOverdue().toMillis() / 1000.0);
        ofDatabase(
                registry,
                "feiqian.decisions.unfinished",
                "decisions whose branches are not all finished",
                OpenWork::unfinished);
        ofDatabase(
                registry,
                "feiqian.decisions.oldest.unfinished.seconds",
                "how long the first of them was decided",
                open -> open.oldestUnfinished().toMillis() / 1000.0);
        Gauge.builder(
                        "feiqian.transactions.unsettled",
                        transactions,
                        GlobalTransactions::unfinished)
                .description("transactions of this instance that are not settled")
                .register(registry);
        Gauge.builder("feiqian.stopped", transactions, GlobalTransactions::stopped)
                .description("what stopped at this instance and waits for an operator")
                .register(registry);
    }

    private void ofDatabase(
            MeterRegistry registry, String name, String what, ToDoubleFunction<OpenWork> value) {
        Gauge.builder(
                        name,
                        this,
                        meters -> meters.open().map(value::applyAsDouble).orElse(Double.NaN))
                .strongReference(true)
                .description(what)
                .register(registry);
    }

    private Optional<OpenWork> open() {
        synchronized (lock) {
            if (!read || clock.nanos() - readAt >= READ_EVERY.toNanos()) {
                last = now();
                read = true;
                readAt = clock.nanos();
            }
            return last;
        }
    }

    private Optional<OpenWork> now() {
        try {
            return Optional.of(OpenWork.in(database, clock.now()));
        } catch (SQLException failed) {
            LOG.warn("what is open cannot be counted now", failed);
            return Optional.empty();
        }
    }
}
