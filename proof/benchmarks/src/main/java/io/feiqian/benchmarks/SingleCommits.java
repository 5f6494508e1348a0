package io.feiqian.benchmarks;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.MicroBatcher.Limits;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.LocalCommit;
import io.feiqian.storage.Work;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Local commits without batching: every work is a database transaction of its own, on the least
 * busy of a pool of connections. All else is the same. Thread-safe.
 */
final class SingleCommits implements LocalCommit, AutoCloseable {
    private static final int ROOM = 65_536;

    /** Callers queue up at hot rows: longer than a grouped transaction would ever have to. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(20);

    private final List<GroupedCommits> pool = new ArrayList<>();

    SingleCommits(CellDatabase database, int connections, Timer timer) {
        GroupedCommits.Settings settings =
                GroupedCommits.Settings.defaults()
                        .with(new Limits(1, ROOM, ROOM))
                        .withWorkers(1)
                        .withLockTimeout(LOCK_TIMEOUT);
        for (int i = 0; i < connections; i++) {
            pool.add(
                    new GroupedCommits(
                            database,
                            settings,
                            Clock.system(),
                            timer,
                            new SimpleMeterRegistry(),
                            alarm -> {}));
        }
    }

    @Override
    public CompletableFuture<Answer> submit(Work work) {
        GroupedCommits best = pool.getFirst();
        int fewest = Integer.MAX_VALUE;
        for (GroupedCommits each : pool) {
            int waiting = each.waiting();
            if (waiting < fewest) {
                best = each;
                fewest = waiting;
            }
        }
        return best.submit(work);
    }

    @Override
    public Answer solo(Work work, UserStatements statements) throws SQLException {
        return pool.getFirst().solo(work, statements);
    }

    @Override
    public void close() {
        pool.forEach(GroupedCommits::close);
    }
}
