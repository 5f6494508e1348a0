package io.feiqian.simulation.database;

import io.feiqian.simulation.database.Transaction.Place;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.simulation.events.EventLog;
import io.feiqian.simulation.events.Scheduler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The model of one database. A commit has three moments: it is durable, it becomes visible (late,
 * at times) and only then gives up its locks, and it is answered; a connection can be lost, and the
 * database can stop, between any two of them. Not thread-safe.
 */
public final class Database {
    /**
     * How it behaves.
     *
     * @param loseConnectionPerMille in how many of a thousand round trips the connection is lost
     * @param lateVisiblePerMille how many of a thousand commits become visible late
     * @param lockTimeoutMicros how long a lock is waited for
     * @param synchronousCommit whether a commit is answered only when it is durable; where not, a
     *     stop loses the tail
     */
    public record Traits(
            int loseConnectionPerMille,
            int lateVisiblePerMille,
            long lockTimeoutMicros,
            boolean synchronousCommit) {
        /** Nothing goes wrong by itself. */
        public static final Traits CALM = new Traits(0, 0, 2_000_000, true);
    }

    final Scheduler scheduler;
    final Dice dice;
    final EventLog log;
    final Locks locks = new Locks();
    private final String name;
    private final DriftingClock clock;
    private final Map<String, Map<Object, Object>> tables = new LinkedHashMap<>();
    private final Set<Transaction> durable = new LinkedHashSet<>();
    private final List<Commit> unflushed = new ArrayList<>();
    private final List<Consumer<Commit>> watchers = new ArrayList<>();
    private final List<Consumer<Commit>> losers = new ArrayList<>();
    private final Set<Session> awaiting = new LinkedHashSet<>();
    private final Map<String, Transaction> prepared = new LinkedHashMap<>();
    private final Map<String, Transaction> hidden = new LinkedHashMap<>();
    private final Set<String> ending = new LinkedHashSet<>();
    private Traits traits;
    private boolean up = true;
    private int starts = 1;
    private long sequence;
    private int deadlocks;
    private final Set<Object> waitedToShare = new LinkedHashSet<>();

    /** An empty database that runs. */
    public Database(
            String name,
            Scheduler scheduler,
            Dice dice,
            EventLog log,
            DriftingClock clock,
            Traits traits) {
        this.name = name;
        this.scheduler = scheduler;
        this.dice = dice;
        this.log = log;
        this.clock = clock;
        this.traits = traits;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its own clock. */
    public DriftingClock clock() {
        return clock;
    }

    /** Whether it runs. */
    public boolean isUp() {
        return up;
    }

    /** How many transactions were rolled back because they waited for each other. */
    public int deadlocks() {
        return deadlocks;
    }

    /** The names of the locks that somebody had to wait for to share them. */
    public Set<Object> waitedToShare() {
        return waitedToShare;
    }

    /** From now on it behaves so. */
    public void behave(Traits newTraits) {
        traits = newTraits;
    }

    /** Told of every transaction in the moment it becomes visible. */
    public void watch(Consumer<Commit> watcher) {
        watchers.add(watcher);
    }

    /** Told of every visible transaction that a stop has lost, newest first. */
    public void watchLost(Consumer<Commit> watcher) {
        losers.add(watcher);
    }

    /** A connection; it can be opened while the database is down, and then answers so. */
    public Session connect() {
        return new Session(this, starts);
    }

    /** Puts a row in before the world begins. */
    public void load(String table, Object id, Object row) {
        table(table).put(id, row);
    }

    /** What everybody sees now, for those who look from outside. */
    public Map<Object, Object> visible(String table) {
        return table(table);
    }

    /** It stops at once: connections and transactions are gone, durable ones are not. */
    public void stop() {
        log.line(() -> name + " database stops");
        up = false;
        starts++;
        locks.clear();
        for (int i = unflushed.size() - 1; i >= 0; i--) {
            Commit lost = unflushed.get(i);
            for (Commit.Change each : lost.changes()) {
                put(new Place(each.table(), each.id()), each.before());
            }
            losers.forEach(watcher -> watcher.accept(lost));
        }
        unflushed.clear();
        for (Transaction each : List.copyOf(durable)) {
            show(each);
        }
        ending.clear();
        prepared.values().forEach(locks::restore);
        hidden.values().forEach(locks::restore);
        List.copyOf(awaiting).forEach(Session::databaseStopped);
        awaiting.clear();
    }

    /** It runs again, with everything that was durable. */
    public void start() {
        log.line(() -> name + " database starts");
        up = true;
    }

    /** The global ids of the prepared transactions. */
    public List<String> prepared() {
        return List.copyOf(prepared.keySet());
    }

    /**
     * Changes rows at once, past every connection, where nobody holds one of them.
     *
     * @param rows the rows as they are to be, by table and id; empty where deleted
     * @return whether they were changed
     */
    public boolean changeNow(Map<Spot, Optional<Object>> rows) {
        Transaction own = new Transaction();
        boolean free = up;
        for (Spot each : rows.keySet()) {
            Place place = new Place(each.table(), each.id());
            free = free && locks.tryAcquire(place, own, Locks.Mode.EXCLUSIVE);
        }
        if (free) {
            rows.forEach((spot, row) -> own.changes.put(new Place(spot.table(), spot.id()), row));
            show(own);
        } else {
            locks.releaseAll(own);
        }
        return free;
    }

    /** Where a row is. */
    public record Spot(String table, Object id) {}

    /** Leaves a prepared transaction, with its locks, out of everything; false where it cannot. */
    public boolean hide(String id) {
        Transaction found = ending.contains(id) ? null : prepared.remove(id);
        if (found == null) {
            return false;
        }
        hidden.put(id, found);
        return true;
    }

    /** It is there again. */
    public void unhide(String id) {
        Transaction found = hidden.remove(id);
        if (found != null) {
            prepared.put(id, found);
        }
    }

    /** Keeps a transaction; false where its id is taken. */
    boolean prepare(String id, Transaction transaction) {
        return prepared.putIfAbsent(id, transaction) == null;
    }

    boolean isPrepared(String id) {
        return prepared.containsKey(id);
    }

    /** From now on nobody else may end it; false where somebody does already. */
    boolean beginEnd(String id) {
        return ending.add(id);
    }

    /** The prepared transaction leaves the list. */
    Transaction endPrepared(String id) {
        ending.remove(id);
        Transaction ended = prepared.remove(id);
        if (ended == null) {
            throw new IllegalStateException("prepared: " + id + " (expected: there)");
        }
        return ended;
    }

    /** Nothing of the transaction happens, and its locks are free. */
    void forget(Transaction transaction) {
        locks.releaseAll(transaction);
    }

    Traits traits() {
        return traits;
    }

    boolean isStart(int number) {
        return up && starts == number;
    }

    Map<Object, Object> table(String table) {
        return tables.computeIfAbsent(table, each -> new LinkedHashMap<>());
    }

    Statement.Tick tick() {
        return new Statement.Tick(clock.millis(), ++sequence);
    }

    /** Notes whether this session awaits an answer. */
    void awaiting(Session session, boolean awaits) {
        if (awaits) {
            awaiting.add(session);
        } else {
            awaiting.remove(session);
        }
    }

    void countDeadlock() {
        deadlocks++;
    }

    void countWaitToShare(Object name) {
        waitedToShare.add(name);
    }

    /** The transaction is safe; it is not visible yet. */
    void makeDurable(Transaction transaction) {
        durable.add(transaction);
    }

    /** The transaction becomes visible and gives up its locks. */
    void show(Transaction transaction) {
        durable.remove(transaction);
        List<Commit.Change> changes = new ArrayList<>(transaction.changes.size());
        transaction.changes.forEach((key, after) -> {
            Optional<Object> before = Optional.ofNullable(table(key.table()).get(key.id()));
            put(key, after);
            changes.add(new Commit.Change(key.table(), key.id(), before, after));
        });
        Commit commit = new Commit(name, changes);
        if (!traits.synchronousCommit()) {
            unflushed.add(commit);
            scheduler.after(dice.between(1, 300_000), () -> unflushed.remove(commit));
        }
        if (!changes.isEmpty()) {
            watchers.forEach(watcher -> watcher.accept(commit));
        }
        locks.releaseAll(transaction);
    }

    private void put(Place key, Optional<Object> row) {
        if (row.isPresent()) {
            table(key.table()).put(key.id(), row.get());
        } else {
            table(key.table()).remove(key.id());
        }
    }
}
