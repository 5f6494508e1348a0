package io.feiqian.storage;

import io.feiqian.runtime.Clock;
import io.feiqian.storage.GroupedCommits.Settings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker's one connection, made again where it was lost, and how long it cannot be made. */
final class BatchSession {
    private static final Logger LOG = LoggerFactory.getLogger(BatchSession.class);

    private final CellDatabase database;
    private final Settings settings;
    private final Clock clock;
    private final CommitMetrics metrics;
    private @Nullable Session session;
    private int failures;
    private long outageSince;

    BatchSession(CellDatabase database, Settings settings, Clock clock, CommitMetrics metrics) {
        this.database = database;
        this.settings = settings;
        this.clock = clock;
        this.metrics = metrics;
    }

    Session open() throws SQLException {
        Session open = session;
        if (open == null) {
            open = new Session(database.openForBatches(settings.lockTimeout()));
            session = open;
            failures = 0;
        }
        return open;
    }

    void discard() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    /** How long to wait before {@link #open} is tried again; empty once the grace is over. */
    Optional<Duration> afterFailure(SQLException unreachable) {
        failures++;
        if (failures == 1) {
            outageSince = clock.nanos();
            LOG.warn("no connection to the cell's database", unreachable);
            metrics.fault("no-connection");
        }
        long lasted = clock.nanos() - outageSince;
        return lasted < settings.outageGrace().toNanos()
                ? Optional.of(settings.backoff().after(failures))
                : Optional.empty();
    }
}
