package io.feiqian.simulation.database;

import io.feiqian.simulation.database.Locks.Mode;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.simulation.database.Transaction.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection and the backend behind it. One round trip at a time: the statements are executed one
 * after the other, each an event of its own, and the transaction stays open until a round trip
 * commits it. Not thread-safe.
 *
 * <p>When the connection is lost, the client knows at once; the backend does not. What it had
 * received already, a COMMIT too, it may still execute, even much later (unknown-commit), and until
 * it notices it keeps its locks.
 */
public final class Session {
    private final Database database;
    private final int start;
    private Optional<Long> lockTimeoutMicros = Optional.empty();
    private Transaction transaction = new Transaction();
    private @Nullable Trip trip;
    private boolean connected = true;
    private boolean ended;

    /** One round trip under way. */
    private static final class Trip {
        final List<Statement> statements;
        final boolean commit;
        final Consumer<Reply> answer;
        final List<Object> results = new ArrayList<>();
        boolean arrived;
        boolean dropped;
        long late;

        Trip(List<Statement> statements, boolean commit, Consumer<Reply> answer) {
            this.statements = statements;
            this.commit = commit;
            this.answer = answer;
        }
    }

    Session(Database database, int start) {
        this.database = database;
        this.start = start;
    }

    /** How long it waits for a lock from now on; empty for the database's own time. */
    public void lockTimeout(Optional<Long> micros) {
        lockTimeoutMicros = micros;
    }

    /** Sends statements; the transaction stays open. The answer comes later, exactly once. */
    public void execute(List<Statement> statements, Consumer<Reply> answer) {
        send(new Trip(statements, false, answer));
    }

    /** Sends statements and COMMIT. The answer comes later, exactly once. */
    public void commit(List<Statement> statements, Consumer<Reply> answer) {
        send(new Trip(statements, true, answer));
    }

    /**
     * Gives the connection up: the client learns nothing more from it, an answer that is awaited is
     * {@link Reply.Lost}.
     */
    public void lose() {
        if (!connected) {
            return;
        }
        connected = false;
        Trip lost = trip;
        database.awaiting(this, false);
        if (lost != null) {
            if (!lost.arrived) {
                lost.dropped = !database.dice.perMille(600);
                lost.late = database.dice.duration(2_000, 300, 900_000);
            }
            database.scheduler.after(0, () -> lost.answer.accept(new Reply.Lost()));
        }
        if (lost == null || lost.dropped) {
            noticeLater();
        }
    }

    /** Rolls back and goes back to the pool; without effect where the connection is lost. */
    public void rollback() {
        if (connected && trip == null) {
            abort();
        }
    }

    /** The database stopped. */
    void databaseStopped() {
        Trip lost = trip;
        if (lost != null) {
            lostWithDatabase(lost);
        }
    }

    private void send(Trip next) {
        if (trip != null) {
            throw new IllegalStateException("session: a round trip is under way");
        }
        if (!connected || !database.isStart(start)) {
            connected = false;
            database.scheduler.after(
                    database.dice.between(1, 2_000),
                    () -> next.answer.accept(new Reply.Failed(Reply.Reason.DOWN)));
            return;
        }
        trip = next;
        database.awaiting(this, true);
        database.scheduler.after(database.dice.duration(300, 20, 20_000), () -> arrive(next));
        if (database.dice.perMille(database.traits().loseConnectionPerMille())) {
            database.scheduler.after(
                    database.dice.between(1, 3_000),
                    () -> {
                        if (trip == next) {
                            lose();
                        }
                    });
        }
    }

    private void arrive(Trip next) {
        if (next.late > 0) {
            long late = next.late;
            next.late = 0;
            database.scheduler.after(late, () -> arrive(next));
        } else if (!next.dropped) {
            if (alive()) {
                next.arrived = true;
                step(next, 0);
            } else {
                lostWithDatabase(next);
            }
        }
    }

    private void step(Trip now, int index) {
        if (index < now.statements.size()) {
            database.scheduler.after(
                    database.dice.duration(150, 20, 10_000),
                    () -> perform(now, now.statements.get(index), () -> step(now, index + 1)));
        } else if (now.commit) {
            database.scheduler.after(database.dice.duration(600, 20, 20_000), () -> flushed(now));
        } else {
            answer(now, new Reply.Done(now.results));
        }
    }

    private void flushed(Trip now) {
        if (!alive()) {
            lostWithDatabase(now);
            return;
        }
        Transaction committing = transaction;
        database.makeDurable(committing);
        database.scheduler.after(
                database.dice.duration(200, database.traits().lateVisiblePerMille(), 60_000),
                () -> {
                    if (alive()) {
                        database.show(committing);
                        transaction = new Transaction();
                        answer(now, new Reply.Done(now.results));
                    } else {
                        lostWithDatabase(now);
                    }
                });
    }

    private void answer(Trip now, Reply reply) {
        database.scheduler.after(
                database.dice.duration(300, 20, 20_000),
                () -> {
                    if (!connected) {
                        noticeLater();
                    } else if (trip == now) {
                        trip = null;
                        database.awaiting(this, false);
                        now.answer.accept(reply);
                    }
                });
    }

    private void fail(Trip now, Reply.Reason reason) {
        database.log.line(() -> database.name() + " rolls back: " + reason);
        abort();
        answer(now, new Reply.Failed(reason));
    }

    private boolean alive() {
        return !ended && database.isStart(start);
    }

    private void lostWithDatabase(Trip now) {
        if (connected && trip == now) {
            connected = false;
            trip = null;
            database.scheduler.after(1, () -> now.answer.accept(new Reply.Lost()));
        }
    }

    private void noticeLater() {
        database.scheduler.after(
                database.dice.duration(20_000, 200, 600_000),
                () -> {
                    if (alive()) {
                        abort();
                        ended = true;
                    }
                });
    }

    private void abort() {
        if (alive()) {
            database.locks.releaseAll(transaction);
        }
        transaction = new Transaction();
    }

    private void perform(Trip now, Statement statement, Runnable next) {
        if (!alive()) {
            lostWithDatabase(now);
            return;
        }
        switch (statement) {
            case Statement.TryShared shared -> done(now, tryShared(shared), next);
            case Statement.Shared shared ->
                    withLock(now, shared.name(), Mode.SHARED, () -> done(now, true, next));
            case Statement.Exclusive exclusive ->
                    withLock(now, exclusive.name(), () -> done(now, true, next));
            case Statement.Read read -> done(now, read(read.table(), read.ids()), next);
            case Statement.ReadForUpdate read -> readForUpdate(now, read, next);
            case Statement.Scan scan -> done(now, scan(scan), next);
            case Statement.Now ignored -> done(now, database.tick(), next);
            case Statement.LockAndRead both -> lockAndRead(now, both, next);
            case Statement.Insert insert -> insert(now, insert, 0, 0, next);
            case Statement.Change change -> change(now, change, next);
            case Statement.Prepare prepare -> prepare(now, prepare.id(), next);
            case Statement.EndPrepared end -> endPrepared(now, end, next);
            case Statement.ListPrepared ignored -> done(now, database.prepared(), next);
            case Statement.Update update -> update(now, update, 0, 0, next);
            case Statement.Delete delete -> delete(now, delete, 0, 0, next);
        }
    }

    private void done(Trip now, Object result, Runnable next) {
        now.results.add(result);
        next.run();
    }

    private List<Boolean> tryShared(Statement.TryShared shared) {
        return shared.names().stream()
                .map(name -> database.locks.tryAcquire(name, transaction, Mode.SHARED))
                .toList();
    }

    private Map<Object, Object> read(String table, List<?> ids) {
        Map<Object, Object> found = new LinkedHashMap<>();
        ids.forEach(id -> sees(new Place(table, id)).ifPresent(row -> found.put(id, row)));
        return found;
    }

    private Optional<Object> sees(Place key) {
        Optional<Object> own = transaction.changes.get(key);
        return own != null ? own : Optional.ofNullable(database.table(key.table()).get(key.id()));
    }

    private List<Object> scan(Statement.Scan scan) {
        return database.table(scan.table()).values().stream().filter(scan.where()).toList();
    }

    private void lockAndRead(Trip now, Statement.LockAndRead both, Runnable next) {
        Object snapshot = read(both.rows().table(), both.rows().ids());
        database.scheduler.after(
                database.dice.duration(200, 100, 20_000),
                () -> {
                    if (alive()) {
                        done(now, List.of(tryShared(both.locks()), snapshot), next);
                    } else {
                        lostWithDatabase(now);
                    }
                });
    }

    private void readForUpdate(Trip now, Statement.ReadForUpdate read, Runnable next) {
        List<Object> candidates = new ArrayList<>(read(read.table(), read.ids()).keySet());
        lockRows(
                now,
                read.table(),
                candidates,
                0,
                () -> done(now, read(read.table(), candidates), next));
    }

    private void lockRows(Trip now, String table, List<Object> ids, int index, Runnable next) {
        if (index == ids.size()) {
            next.run();
        } else {
            withLock(
                    now,
                    new Place(table, ids.get(index)),
                    () -> lockRows(now, table, ids, index + 1, next));
        }
    }

    private void insert(Trip now, Statement.Insert insert, int index, int inserted, Runnable next) {
        if (index == insert.rows().size()) {
            done(now, inserted, next);
            return;
        }
        Row row = insert.rows().get(index);
        Place key = new Place(insert.table(), row.id());
        withLock(
                now,
                key,
                () -> {
                    boolean taken = sees(key).isPresent();
                    if (taken && !insert.ignoringConflicts()) {
                        fail(now, Reply.Reason.CONFLICT);
                        return;
                    }
                    if (!taken) {
                        transaction.changes.put(key, Optional.of(row.content()));
                    }
                    insert(now, insert, index + 1, inserted + (taken ? 0 : 1), next);
                });
    }

    private void update(Trip now, Statement.Update update, int index, int changed, Runnable next) {
        if (index == update.rows().size()) {
            done(now, changed, next);
            return;
        }
        Row row = update.rows().get(index);
        Place key = new Place(update.table(), row.id());
        withLock(
                now,
                key,
                () -> {
                    boolean there = sees(key).isPresent();
                    if (there) {
                        transaction.changes.put(key, Optional.of(row.content()));
                    }
                    update(now, update, index + 1, changed + (there ? 1 : 0), next);
                });
    }

    private void change(Trip now, Statement.Change change, Runnable next) {
        List<Object> candidates = new ArrayList<>(read(change.table(), change.ids()).keySet());
        lockRows(
                now,
                change.table(),
                candidates,
                0,
                () -> {
                    int changed = 0;
                    for (Object id : candidates) {
                        Place key = new Place(change.table(), id);
                        Optional<Object> row = sees(key);
                        Optional<Object> after = row.flatMap(change.change());
                        if (row.isPresent() && !after.equals(row)) {
                            transaction.changes.put(key, after);
                            changed++;
                        }
                    }
                    done(now, changed, next);
                });
    }

    private void prepare(Trip now, String id, Runnable next) {
        database.scheduler.after(
                database.dice.duration(600, 20, 20_000),
                () -> {
                    if (!alive()) {
                        lostWithDatabase(now);
                    } else if (database.prepare(id, transaction)) {
                        transaction = new Transaction();
                        done(now, true, next);
                    } else {
                        fail(now, Reply.Reason.CONFLICT);
                    }
                });
    }

    private void endPrepared(Trip now, Statement.EndPrepared end, Runnable next) {
        if (!database.isPrepared(end.id())) {
            fail(now, Reply.Reason.UNDEFINED);
            return;
        }
        if (!database.beginEnd(end.id())) {
            fail(now, Reply.Reason.IN_USE);
            return;
        }
        database.scheduler.after(
                database.dice.duration(600, 20, 20_000),
                () -> {
                    if (!alive()) {
                        lostWithDatabase(now);
                        return;
                    }
                    Transaction ended = database.endPrepared(end.id());
                    if (end.commit()) {
                        database.makeDurable(ended);
                        database.show(ended);
                    } else {
                        database.forget(ended);
                    }
                    done(now, true, next);
                });
    }

    private void delete(Trip now, Statement.Delete delete, int index, int changed, Runnable next) {
        if (index == delete.ids().size()) {
            done(now, changed, next);
            return;
        }
        Place key = new Place(delete.table(), delete.ids().get(index));
        withLock(
                now,
                key,
                () -> {
                    boolean there = sees(key).isPresent();
                    if (there) {
                        transaction.changes.put(key, Optional.empty());
                    }
                    delete(now, delete, index + 1, changed + (there ? 1 : 0), next);
                });
    }

    /** Goes on with the lock, at once or when it is granted; fails on deadlock or timeout. */
    private void withLock(Trip now, Object name, Runnable next) {
        withLock(now, name, Mode.EXCLUSIVE, next);
    }

    private void withLock(Trip now, Object name, Mode mode, Runnable next) {
        Transaction asking = transaction;
        boolean[] granted = new boolean[1];
        Runnable resume =
                () -> {
                    granted[0] = true;
                    database.scheduler.after(
                            database.dice.between(1, 50),
                            () -> {
                                if (alive() && transaction == asking) {
                                    next.run();
                                } else {
                                    lostWithDatabase(now);
                                }
                            });
                };
        if (database.locks.acquire(name, asking, mode, resume)) {
            next.run();
        } else if (database.locks.isDeadlocked(asking)) {
            database.countDeadlock();
            fail(now, Reply.Reason.DEADLOCK);
        } else {
            if (mode == Mode.SHARED) {
                database.countWaitToShare(name);
            }
            database.scheduler.after(
                    lockTimeoutMicros.orElse(database.traits().lockTimeoutMicros()),
                    () -> {
                        if (!granted[0] && alive() && transaction == asking) {
                            fail(now, Reply.Reason.LOCK_TIMEOUT);
                        }
                    });
        }
    }
}
