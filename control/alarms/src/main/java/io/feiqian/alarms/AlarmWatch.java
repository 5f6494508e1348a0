package io.feiqian.alarms;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.RefusedException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every rule, anew every few seconds. Several may run over one database: whoever holds the
 * lock looks, and the others find nothing to do; there is nobody to elect. One thread.
 */
final class AlarmWatch {
    private static final Logger LOG = LoggerFactory.getLogger(AlarmWatch.class);

    /** Two lookers over one database take turns by this lock. */
    private static final long LOCK = 0x66715f616c61726dL;

    private static final Duration KEPT = Duration.ofDays(400);
    private static final int CLEANED_AT_ONCE = 2_000;

    private final AlarmDatabase database;
    private final Readings readings;
    private final Clock clock;
    private final Counter looks;
    private final Counter failures;
    private boolean failing;

    AlarmWatch(AlarmDatabase database, Readings readings, Clock clock, MeterRegistry metrics) {
        this.database = database;
        this.readings = readings;
        this.clock = clock;
        this.looks = metrics.counter("feiqian.alarms.looks");
        this.failures = metrics.counter("feiqian.alarms.failures");
    }

    /**
     * Looks at every rule once; how many alarms were raised or ended. A rule that cannot be looked
     * at, since the observatory does not answer or is slow, stays as it is.
     */
    int look() {
        try {
            int edges = 0;
            for (Rule each : rules()) {
                edges += look(each);
            }
            looks.increment();
            if (failing) {
                LOG.info("alarm rules are looked at again");
                failing = false;
            }
            return edges;
        } catch (RefusedException unavailable) {
            complain(unavailable);
            return 0;
        }
    }

    private List<Rule> rules() {
        long now = clock.now().toEpochMilli();
        return database.transaction(sql -> {
            AlarmBook.endAll(sql, now);
            var _ = AlarmBook.clean(sql, now - KEPT.toMillis(), CLEANED_AT_ONCE);
            return RuleBook.all(sql).stream().filter(Rule::enabled).toList();
        });
    }

    private int look(Rule rule) {
        List<Seen> seen;
        long now = clock.now().toEpochMilli();
        try {
            seen = readings.read(rule, now);
        } catch (RefusedException unknown) {
            complain(unknown);
            return 0;
        }
        return database.transaction(sql -> {
            if (!isOurTurn(sql)) {
                return 0;
            }
            int edges = AlarmBook.look(sql, rule, seen, now);
            var _ = NoticeBook.make(sql, rule, now);
            return edges;
        });
    }

    private static boolean isOurTurn(AlarmDatabase.Sql sql) throws SQLException {
        return sql.one(
                        "select pg_try_advisory_xact_lock(?)",
                        statement -> statement.setLong(1, LOCK),
                        row -> row.getBoolean(1))
                .orElse(false);
    }

    /** Once for as long as it lasts. */
    private void complain(RefusedException why) {
        failures.increment();
        if (!failing) {
            LOG.warn("alarm rules cannot be looked at: {}", why.getMessage());
            failing = true;
        }
    }
}
