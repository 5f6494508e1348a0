package io.feiqian.storage;

import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.runtime.MicroBatcher.Limits;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.OutcomeCode;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The local commits of one process on one cell database: two workers, a connection for each, and
 * per batch two round trips and a commit, however many callers there are.
 *
 * <p>Several processes may run one each over the same database: correctness rests on the database's
 * locks alone.
 *
 * <p>Thread-safe. The futures of {@link #submit} complete on a worker's thread (or the timer's):
 * what is chained to them without an executor must be cheap and must not block, since the next
 * batch waits for it.
 */
public final class GroupedCommits implements LocalCommit, AutoCloseable {
    /**
     * How the grouped form works.
     *
     * @param limits the most works in a transaction, and waiting in each lane
     * @param workers how many transactions run at once; 2, so that one prepares and answers while
     *     the other's commit is on its way to the disk; 1 where works are to run in the order in
     *     which they came
     * @param lockTimeout how long a transaction waits for a lock of somebody else
     *     (no-foreign-locks)
     * @param narrowLockTimeout how long, while the work that met such a lock is being found
     * @param outageGrace how long works wait for a database that does not answer before they are
     *     refused
     * @param answerGrace how long after its deadline a work that has begun is answered in place of
     *     a database that says nothing
     * @param closeGrace how long closing goes on asking what became of a lost commit
     * @param backoff the waits between tries to reach the database
     */
    public record Settings(
            Limits limits,
            int workers,
            Duration lockTimeout,
            Duration narrowLockTimeout,
            Duration outageGrace,
            Duration answerGrace,
            Duration closeGrace,
            Backoff backoff) {
        /** What serves a machine of a few cores. */
        public static Settings defaults() {
            return new Settings(
                    new Limits(512, 8_192, 65_536),
                    2,
                    Duration.ofMillis(500),
                    Duration.ofMillis(50),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(10), Duration.ofSeconds(1)));
        }

        /** The same with other limits. */
        public Settings with(Limits newLimits) {
            return new Settings(
                    newLimits,
                    workers,
                    lockTimeout,
                    narrowLockTimeout,
                    outageGrace,
                    answerGrace,
                    closeGrace,
                    backoff);
        }

        /** The same with another number of transactions at once. */
        public Settings withWorkers(int newWorkers) {
            return new Settings(
                    limits,
                    newWorkers,
                    lockTimeout,
                    narrowLockTimeout,
                    outageGrace,
                    answerGrace,
                    closeGrace,
                    backoff);
        }

        /** The same with another lock timeout. */
        public Settings withLockTimeout(Duration newLockTimeout) {
            return new Settings(
                    limits,
                    workers,
                    newLockTimeout,
                    narrowLockTimeout,
                    outageGrace,
                    answerGrace,
                    closeGrace,
                    backoff);
        }
    }

    /** A commit of its own costs as much as forty works. */
    private static final Duration LEAVING = Duration.ofMillis(5);

    private static final Duration WATCH_PERIOD = Duration.ofMillis(100);

    private final CellDatabase database;
    private final Settings settings;
    private final Timer timer;
    private final CommitMetrics metrics;
    private final List<BatchWorker> workers = new ArrayList<>();
    private final MicroBatcher<Pending> batcher;
    private final SoloCommit solo;
    private volatile boolean closed;

    /** Starts over this database; {@link #close} ends it and leaves the database open. */
    public GroupedCommits(
            CellDatabase database,
            Settings settings,
            Clock clock,
            Timer timer,
            MeterRegistry registry,
            AlarmEvents alarms) {
        this.database = database;
        this.settings = settings;
        this.timer = timer;
        this.solo = new SoloCommit(database);
        this.metrics = new CommitMetrics(registry);
        for (int i = 0; i < settings.workers(); i++) {
            workers.add(new BatchWorker(i, database, settings, clock, timer, metrics, alarms));
        }
        this.batcher =
                new MicroBatcher<>(
                        settings.limits(),
                        workers,
                        (pending, rows) -> pending.work().rows(rows),
                        LEAVING,
                        Thread.ofPlatform().name(database.cell() + "-commits").daemon()::unstarted);
        workers.forEach(each -> each.attach(batcher::takeWaiting, batcher::isClosing));
        metrics.waiting(batcher::waiting);
        var _ = timer.after(WATCH_PERIOD, this::watch);
    }

    @Override
    public CompletableFuture<Answer> submit(Work work) {
        Pending pending = new Pending(work);
        if (!batcher.offer(pending, work.lane())) {
            if (batcher.isClosing()) {
                pending.refuse(OutcomeCode.SHUTTING_DOWN, "instance: stopping (expected: running)");
            } else {
                pending.refuse(
                        OutcomeCode.OVERLOADED,
                        "works waiting: %d (expected: room in lane %s)"
                                .formatted(batcher.waiting(), work.lane()));
            }
        }
        return pending.answer();
    }

    @Override
    public Answer solo(Work work, UserStatements statements) throws SQLException {
        if (closed) {
            return Answer.refused(
                    OutcomeCode.SHUTTING_DOWN, "instance: stopping (expected: running)");
        }
        return solo.run(work, statements);
    }

    /** How many works wait. */
    public int waiting() {
        return batcher.waiting();
    }

    /** Takes no more new work, answers everything that was taken, and closes the connection. */
    @Override
    public void close() {
        closed = true;
        batcher.close();
        workers.forEach(BatchWorker::close);
    }

    /**
     * Answers works whose deadline has passed while a worker is held up: with a definite refusal
     * where no commit with them was sent, and none will be; else with UNKNOWN.
     */
    private void watch() {
        List<Pending> late = new ArrayList<>();
        batcher.forEachWaiting(each -> {
            if (each.isExpired()) {
                late.add(each);
            }
        });
        // Not under the batcher's lock: what is chained to an answer may submit again.
        late.forEach(Pending::expire);
        for (Pending each : begun()) {
            if (each.isExpiredSince(settings.answerGrace())
                    && !each.answer().isDone()
                    && !each.expire()) {
                metrics.unknown();
                each.unknown("commit: sent, and the database does not answer; ask again");
            }
        }
        if (!closed || batcher.waiting() > 0) {
            var _ = timer.after(WATCH_PERIOD, this::watch);
        }
    }

    private List<Pending> begun() {
        List<Pending> begun = new ArrayList<>();
        workers.forEach(each -> begun.addAll(each.begun()));
        return begun;
    }

    /** The database. */
    public CellDatabase database() {
        return database;
    }
}
