package io.feiqian.transaction;

import io.feiqian.runtime.Timer.Cancellable;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again for transactions that should have ended long ago, and calls an operator
 * once for each, however many instances look: who is told is decided by a row (P6.3.3-b). Also
 * keeps the other alarms about transactions on record. Looks run on virtual threads. Thread-safe.
 */
final class StuckWatch {
    private static final Logger LOG = LoggerFactory.getLogger(StuckWatch.class);

    /** How many are looked at, the oldest first; when they are many, one alarm says so. */
    private static final int MOST = 1_000;

    private static final String STUCK =
            """
            with old as (
                (select d.trace_head, d.trace_serial, d.decide_by, 'decision' as what
                 from decision d where d.finished_at is null and d.decide_by < %1$s - ?
                 order by d.decide_by limit ?)
                union all
                (select b.trace_head, b.trace_serial, b.decide_by, 'branch ' || b.branch
                 from branch b where b.state = 1 and b.decide_by < %1$s - ?
                 order by b.decide_by limit ?)),
            each as (select trace_head, trace_serial, min(decide_by) as decide_by,
                string_agg(what, ', ' order by what) as what from old group by 1, 2)
            insert into transaction_alarm as a
                (trace_head, trace_serial, first_at, last_at, times, kind, message)
            select e.trace_head, e.trace_serial, %1$s, %1$s, 1, ?,
                e.what || ': unfinished ' || (%1$s - e.decide_by) / 1000
                || ' s after its deadline (expected: finished)'
                || case when s.operator is null then ''
                    else ', suspended by ' || s.operator end
            from each e left join suspension s
                on s.trace_serial = e.trace_serial and s.trace_head = e.trace_head
            order by e.decide_by
            on conflict (trace_serial, trace_head, kind) do update
                set last_at = excluded.last_at, times = a.times + 1, message = excluded.message
                where a.last_at <= excluded.last_at - ?
            returning a.trace_head, a.trace_serial, a.message\
            """
                    .formatted(TransactionSql.NOW);

    private record Stuck(TraceNumber trace, String message) {}

    private final TransactionHost host;
    private final DataSource database;
    private final Also also;
    private @Nullable Cancellable next;
    private boolean started;

    /** What else is done with the connection of a look. */
    interface Also {
        int with(Connection connection) throws SQLException;
    }

    StuckWatch(TransactionHost host, DataSource database, Also also) {
        this.host = host;
        this.database = database;
        this.also = also;
    }

    synchronized void start() {
        if (!started) {
            started = true;
            host.keepAlarms(this::keep);
            later();
        }
    }

    synchronized void stop() {
        started = false;
        if (next != null) {
            next.cancel();
        }
    }

    /** One look; completes with how many transactions an operator was told of. */
    CompletableFuture<Integer> look() {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("transaction-watch")
                .start(() -> {
                    try {
                        done.complete(lookNow());
                    } catch (SQLException | RuntimeException failed) {
                        LOG.warn("stuck transactions: not looked for this time", failed);
                        done.complete(0);
                    }
                });
        return done;
    }

    private void later() {
        next =
                host.timer.after(
                        host.settings.watch().every(),
                        () -> {
                            var _ =
                                    look().thenRun(() -> {
                                        synchronized (this) {
                                            if (started) {
                                                later();
                                            }
                                        }
                                    });
                        });
    }

    private int lookNow() throws SQLException {
        List<Stuck> found = new ArrayList<>();
        WatchSettings watch = host.settings.watch();
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(STUCK)) {
            also.with(connection);
            insert.setLong(1, watch.stuckAfter().toMillis());
            insert.setInt(2, MOST);
            insert.setLong(3, watch.stuckAfter().toMillis());
            insert.setInt(4, MOST);
            insert.setString(5, AlarmKind.TRANSACTION_STUCK.alarmName());
            insert.setLong(6, watch.again().toMillis());
            try (ResultSet row = insert.executeQuery()) {
                while (row.next()) {
                    found.add(
                            new Stuck(
                                    new TraceNumber(row.getLong(1), row.getLong(2)),
                                    row.getString(3)));
                }
            }
        }
        int named = Math.min(found.size(), watch.mostAtOnce());
        found.subList(0, named)
                .forEach(each ->
                        host.raise(AlarmKind.TRANSACTION_STUCK, each.message(), each.trace()));
        if (found.size() > named) {
            host.raise(
                    AlarmKind.TRANSACTION_STUCK,
                    "%d further transactions (expected: none; see 'feiqian tx list --overdue')"
                            .formatted(found.size() - named),
                    found.get(named).trace());
        }
        return found.size();
    }

    /** Puts an alarm that was raised on record; where that fails, it was raised all the same. */
    private void keep(AlarmKind kind, String message, TraceNumber trace) {
        Thread.ofVirtual()
                .name("transaction-alarm")
                .start(() -> {
                    try (Connection connection = database.getConnection()) {
                        RaisedAlarm.record(connection, trace, kind.alarmName(), message);
                    } catch (SQLException | RuntimeException failed) {
                        LOG.warn("alarm {} of {}: not recorded", kind, trace, failed);
                    }
                });
    }
}
