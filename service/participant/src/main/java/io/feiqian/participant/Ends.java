package io.feiqian.participant;

import io.feiqian.participant.DecisionTable.Mark;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which branches are finished, many transactions in one commit and a moment later: done for
 * each it would be a fourth commit (cleaning). What is lost here is found out again. Thread-safe.
 */
final class Ends {
    private static final Logger LOG = LoggerFactory.getLogger(Ends.class);

    private final DataSource database;
    private final DecisionTable table;
    private final Timer timer;
    private final Executor executor;
    private final Duration every;

    /** Guards the fields below. */
    private final Object lock = new Object();

    private List<Mark> waiting = new ArrayList<>();
    private boolean scheduled;

    Ends(DataSource database, Dialect dialect, Timer timer, Executor executor, Duration every) {
        this.database = database;
        this.table = new DecisionTable(dialect);
        this.timer = timer;
        this.executor = executor;
        this.every = every;
    }

    void add(Mark mark) {
        synchronized (lock) {
            waiting.add(mark);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        Timer.Cancellable unused = timer.after(every, this::flushSoon);
    }

    private void flushSoon() {
        try {
            executor.execute(this::flush);
        } catch (RejectedExecutionException busy) {
            LOG.info("no thread to record ends: with those that come next", busy);
            synchronized (lock) {
                scheduled = false;
            }
        }
    }

    /** One mark for each transaction, in the order of their keys (lock-order). */
    private static Collection<Mark> together(List<Mark> marks) {
        Map<TraceNumber, Mark> byTrace = new TreeMap<>();
        for (Mark each : marks) {
            byTrace.merge(each.trace(), each, Mark::with);
        }
        return byTrace.values();
    }

    /** Records what waits; what cannot be is found again by a look at what is unfinished. */
    void flush() {
        List<Mark> marks;
        synchronized (lock) {
            marks = waiting;
            waiting = new ArrayList<>();
            scheduled = false;
        }
        if (marks.isEmpty()) {
            return;
        }
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            table.mark(connection, together(marks));
            connection.commit();
        } catch (SQLException failed) {
            LOG.info(
                    "the end of {} transactions is recorded later: {}",
                    marks.size(),
                    DatabaseErrors.text(failed));
        }
    }
}
