package io.feiqian.storage;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.MicroBatcher;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.GroupedCommits.Settings;
import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.telemetry.spi.AlarmEvents;
import io.feiqian.vocabulary.OutcomeCode;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the grouped form's one worker does with batches: a transaction over all of them on its own
 * connection and, where that fails, whatever it takes to give every work a true answer.
 *
 * <p>Failures before the commit was sent are definite, since the server rolls back what it was not
 * told to commit. They are repeated, narrowed down by halves, or answered. A commit whose answer
 * was lost is not: those works are kept and run again until their own keys show the truth, or
 * UNKNOWN is answered at their deadline (unknown-commit). No refusal settles them meanwhile, be it
 * the database's, the fence's or a check's: see {@link GroupAnswers}.
 *
 * <p>All of it happens on the batcher's thread.
 */
final class BatchWorker implements MicroBatcher.Handler<Pending> {
    private static final Logger LOG = LoggerFactory.getLogger(BatchWorker.class);
    private static final int MOST_TRIES = 3;

    private final int number;
    private final CellDatabase database;
    private final BatchSession connection;
    private final Settings settings;
    private final Clock clock;
    private final Timer timer;
    private final CommitMetrics metrics;
    private final AlarmEvents alarms;

    /** What waits in the batcher, and whether it is closing; set before the first batch. */
    private Supplier<List<Pending>> takeWaiting = List::of;

    private BooleanSupplier closing = () -> false;

    private final Presumption presumption = new Presumption();

    private OwnedRanges ranges = new OwnedRanges(List.of());

    /** Their commit was sent and its answer lost, or they were in one transaction with such. */
    private List<Pending> unresolved = new ArrayList<>();

    /** What was taken from the batcher while works were unresolved. */
    private List<Pending> served = List.of();

    /** What the watch may look at from another thread. */
    private volatile List<Pending> inFlight = List.of();

    private volatile List<Pending> unresolvedSeen = List.of();

    BatchWorker(
            int number,
            CellDatabase database,
            Settings settings,
            Clock clock,
            Timer timer,
            CommitMetrics metrics,
            AlarmEvents alarms) {
        this.number = number;
        this.database = database;
        this.settings = settings;
        this.clock = clock;
        this.timer = timer;
        this.metrics = metrics;
        this.alarms = alarms;
        this.connection = new BatchSession(database, settings, clock, metrics);
    }

    void attach(Supplier<List<Pending>> waiting, BooleanSupplier isClosing) {
        takeWaiting = waiting;
        closing = isClosing;
    }

    /** The works that have begun and are not known to be over; a snapshot for the watch. */
    List<Pending> begun() {
        List<Pending> all = new ArrayList<>(inFlight);
        all.addAll(unresolvedSeen);
        return all;
    }

    @Override
    public void handle(List<Pending> batch) {
        begin(batch);
        int rounds = 0;
        long since = clock.nanos();
        while (!unresolved.isEmpty()) {
            boolean givingUp = closing.getAsBoolean() && outlasts(since, settings.closeGrace());
            resolve(rounds++, givingUp);
        }
    }

    @Override
    public void onFault(List<Pending> batch, Throwable fault) {
        LOG.error("a batch of {} works met a fault of ours", batch.size(), fault);
        metrics.fault("internal");
        connection.discard();
        List<Pending> all = new ArrayList<>(batch);
        all.addAll(unresolved);
        all.addAll(inFlight);
        all.addAll(served);
        unresolved = new ArrayList<>();
        inFlight = List.of();
        served = List.of();
        publishUnresolved();
        for (Pending each : all) {
            if (each.isCommitting()) {
                each.unknown("commit: its answer was lost to a fault of ours; ask again");
            } else {
                each.refuse(OutcomeCode.INTERNAL_ERROR, "a fault of ours; it is logged");
            }
        }
    }

    /** Closes the connection; after the last batch. */
    void close() {
        connection.discard();
    }

    private void begin(List<Pending> batch) {
        List<Pending> due = new ArrayList<>(batch.size());
        for (Pending each : batch) {
            if (!(each.isExpired() && each.expire()) && each.begin()) {
                due.add(each);
            }
        }
        run(due);
    }

    /** One more try for the works whose fate is open; meanwhile the waiting ones are served. */
    private void resolve(int rounds, boolean givingUp) {
        List<Pending> open = unresolved;
        unresolved = new ArrayList<>();
        List<Pending> stillWanted = new ArrayList<>(open.size());
        for (Pending each : open) {
            if (givingUp || each.isExpired()) {
                each.unknown("commit: sent, and its answer was lost; ask again");
                metrics.unknown();
            } else {
                stillWanted.add(each);
            }
        }
        publishUnresolved();
        if (rounds > 0 && !stillWanted.isEmpty()) {
            pause(settings.backoff().after(rounds));
        }
        run(stillWanted);
        served = takeWaiting.get();
        for (int from = 0; from < served.size(); from += settings.limits().batch()) {
            int to = Math.min(served.size(), from + settings.limits().batch());
            begin(served.subList(from, to));
        }
        served = List.of();
    }

    /** Tries until each of these is answered or unresolved. */
    private void run(List<Pending> works) {
        Deque<WorkGroup> todo = new ArrayDeque<>();
        todo.add(new WorkGroup(works, 0, false));
        inFlight = works;
        for (WorkGroup next = todo.poll(); next != null; next = todo.poll()) {
            WorkGroup group = next.failures() == 0 ? next : next.stillWanted();
            if (!group.works().isEmpty()) {
                attempt(group, todo);
            }
        }
        inFlight = List.of();
        publishUnresolved();
    }

    private void attempt(WorkGroup group, Deque<WorkGroup> todo) {
        long started = clock.nanos();
        Session on;
        try {
            on = connection.open();
        } catch (SQLException unreachable) {
            onNoConnection(group, unreachable, todo);
            return;
        }
        List<Pending> works = group.works();
        boolean presumesNew = group.isUntried() && presumption.holds();
        WorkTransaction transaction =
                new WorkTransaction(database.cell(), ranges, presumesNew, number);
        GroupAnswers said;
        boolean wrote;
        try {
            for (int i = 0; i < works.size(); i++) {
                transaction.add(works.get(i).work());
            }
            boolean narrow = group.narrowed() && !group.isSingle();
            transaction.lockAndRead(on, narrow ? settings.narrowLockTimeout() : null);
            ranges = transaction.ownedRanges();
            said = GroupAnswers.of(transaction, works);
            wrote = transaction.write(on);
        } catch (SQLException | RuntimeException failed) {
            onFailure(group, failed, on.rolledBack(), todo);
            return;
        }
        if (!commit(group, said, on, wrote, todo)) {
            return;
        }
        metrics.batch(works.size(), clock.nanos() - started);
        unresolved.addAll(said.open());
        if (!said.lookAgain().isEmpty()) {
            onLookAgain(said.lookAgain(), group, todo);
        }
    }

    /** Commits and answers; false where the group goes on in another way. */
    private boolean commit(
            WorkGroup group, GroupAnswers said, Session on, boolean wrote, Deque<WorkGroup> todo) {
        if (!group.maySend()) {
            boolean lives = on.rolledBack();
            if (!lives) {
                connection.discard();
            }
            todo.addFirst(group.again());
            return false;
        }
        SQLWarning warning;
        try {
            on.connection().clearWarnings();
            on.connection().commit();
            warning = on.connection().getWarnings();
        } catch (SQLException failed) {
            if (DatabaseFault.of(failed) != DatabaseFault.LOST && on.rolledBack()) {
                // Answered with an error on a living connection, such as a deferred constraint's.
                group.notCommitted();
                onFailure(group, failed, true, todo);
                return false;
            }
            connection.discard();
            if (wrote) {
                onLostCommit(group, said, failed);
                return false;
            }
            // Nothing was written, so there is nothing that could be lost.
            warning = null;
        }
        boolean inDoubt = warning != null && wrote && isWarning(warning);
        if (inDoubt) {
            LOG.warn("the commit of {} works is in doubt", group.works().size(), warning);
            metrics.fault("commit-warning");
            said.unknown("commit: not confirmed by every copy of the database");
        } else {
            said.complete();
        }
        return true;
    }

    static boolean isWarning(SQLWarning warning) {
        String state = warning.getSQLState();
        return state == null || !state.startsWith("00");
    }

    private void onLostCommit(WorkGroup group, GroupAnswers said, SQLException lost) {
        LOG.warn(
                "connection lost at the commit of {} works; they are run again until their keys"
                        + " show what became of it",
                group.works().size(),
                lost);
        metrics.fault("lost-commit");
        said.commitLost();
        unresolved.addAll(group.works());
    }

    private void onLookAgain(List<Pending> lookAgain, WorkGroup group, Deque<WorkGroup> todo) {
        // The commit that was made is one without them.
        lookAgain.forEach(Pending::notCommitted);
        WorkGroup again = new WorkGroup(lookAgain, group.failures() + 1, group.narrowed());
        if (again.failures() <= MOST_TRIES) {
            todo.add(again);
        } else {
            refuse(lookAgain, OutcomeCode.SLOT_MOVING, "slot: its range changes again and again");
        }
    }

    private void onNoConnection(WorkGroup group, SQLException unreachable, Deque<WorkGroup> todo) {
        Optional<Duration> wait = connection.afterFailure(unreachable);
        if (wait.isPresent() && !closing.getAsBoolean()) {
            pause(wait.get());
            todo.addFirst(group.again());
        } else {
            refuse(
                    group.works(),
                    OutcomeCode.DATABASE_UNAVAILABLE,
                    "database: no connection (" + unreachable.getMessage() + ")");
        }
    }

    /** A definite failure: nothing of the group happened in this transaction. */
    private void onFailure(
            WorkGroup group, Exception failed, boolean connectionLives, Deque<WorkGroup> todo) {
        if (!connectionLives) {
            connection.discard();
        }
        DatabaseFault fault = connectionLives ? DatabaseFault.of(failed) : DatabaseFault.LOST;
        metrics.fault(fault.label());
        if (fault == DatabaseFault.DUPLICATE) {
            presumption.failed();
        }
        String why = String.valueOf(failed.getMessage());
        switch (fault) {
            case FULL -> {
                alarms.raise(Severity.CRITICAL, "database-full", why);
                refuse(group.works(), OutcomeCode.DATABASE_FULL, "database: " + why);
            }
            case UNAVAILABLE -> {
                alarms.raise(Severity.CRITICAL, "database-unavailable", why);
                connection.discard();
                refuse(group.works(), OutcomeCode.DATABASE_UNAVAILABLE, "database: " + why);
            }
            case LOST -> {
                connection.discard();
                if (group.failures() + 1 < MOST_TRIES) {
                    todo.addFirst(group.again());
                } else {
                    refuse(group.works(), OutcomeCode.DATABASE_UNAVAILABLE, "database: " + why);
                }
            }
            case TRANSIENT, LOCKED -> {
                if (!group.isSingle() && (fault == DatabaseFault.LOCKED || group.failures() > 0)) {
                    group.splitInto(todo, true);
                } else if (group.failures() + 1 < MOST_TRIES) {
                    // Behind the others, so that who holds the lock has time to finish.
                    todo.addLast(group.again());
                } else {
                    refuse(group.works(), OutcomeCode.OVERLOADED, "rows in use elsewhere: " + why);
                }
            }
            case DUPLICATE, POISON -> {
                // A key that was presumed new, or came in between, can be read by now.
                boolean readable = fault == DatabaseFault.DUPLICATE;
                if (group.failures() == 0 || (readable && group.failures() + 1 < MOST_TRIES)) {
                    todo.addFirst(group.again());
                } else if (!group.isSingle()) {
                    group.splitInto(todo, false);
                } else {
                    LOG.error("a work that the database refuses", failed);
                    alarms.raise(Severity.CRITICAL, "poison-work", why);
                    refuse(
                            group.works(),
                            OutcomeCode.INTERNAL_ERROR,
                            "a fault of ours; it is logged");
                }
            }
        }
    }

    /** Answers that nothing happened; those of which that is not known stay unresolved. */
    private void refuse(List<Pending> works, OutcomeCode code, String message) {
        for (Pending each : works) {
            if (each.maybeCommitted()) {
                unresolved.add(each);
            } else {
                each.refuse(code, message);
            }
        }
    }

    private boolean outlasts(long sinceNanos, Duration length) {
        return clock.nanos() - sinceNanos >= length.toNanos();
    }

    private void pause(Duration length) {
        try {
            timer.pause(length);
        } catch (InterruptedException interrupted) {
            // Only closing ends the worker: the tries are bounded by deadlines and the close grace.
            LOG.debug("interrupted while waiting for the database", interrupted);
        }
    }

    private void publishUnresolved() {
        unresolvedSeen = List.copyOf(unresolved);
    }
}
