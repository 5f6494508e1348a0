package io.feiqian.simulation.database;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks with queues, on rows, on keys in doubt and on names. A request waits for conflicting
 * holders and for conflicting requests before it, so that one exclusive waiter stops every later
 * shared request (fence-queue).
 */
final class Locks {
    enum Mode {
        SHARED,
        EXCLUSIVE
    }

    private record Waiter(Transaction transaction, Mode mode, Runnable granted) {}

    private static final class Lock {
        final Map<Transaction, Mode> holders = new LinkedHashMap<>();
        final Deque<Waiter> queue = new ArrayDeque<>();

        boolean heldAgainst(Transaction who, Mode mode) {
            Mode held = holders.get(who);
            if (held == Mode.EXCLUSIVE || held == mode) {
                return false;
            }
            return holders.entrySet().stream()
                    .anyMatch(each -> each.getKey() != who && conflict(each.getValue(), mode));
        }

        boolean awaitedAgainst(Mode mode) {
            return queue.stream().anyMatch(each -> conflict(each.mode, mode));
        }
    }

    private final Map<Object, Lock> locks = new HashMap<>();

    /** Takes the lock where that is possible at once. */
    boolean tryAcquire(Object name, Transaction who, Mode mode) {
        Lock lock = locks.computeIfAbsent(name, each -> new Lock());
        boolean alreadyHeld = lock.holders.containsKey(who);
        if (lock.heldAgainst(who, mode) || (!alreadyHeld && lock.awaitedAgainst(mode))) {
            return false;
        }
        hold(lock, name, who, mode);
        return true;
    }

    /**
     * Takes the lock now (true), or queues for it (false), and then {@code granted} runs when it is
     * this request's turn.
     */
    boolean acquire(Object name, Transaction who, Mode mode, Runnable granted) {
        if (tryAcquire(name, who, mode)) {
            return true;
        }
        Lock lock = locks.computeIfAbsent(name, each -> new Lock());
        lock.queue.add(new Waiter(who, mode, granted));
        who.waitsFor = name;
        return false;
    }

    /** Whether this waiting transaction waits for itself, over others. */
    boolean isDeadlocked(Transaction who) {
        return reaches(who, who, new HashSet<>());
    }

    /** Gives up all locks and the place in a queue, and serves those who waited. */
    void releaseAll(Transaction who) {
        Object awaited = who.waitsFor;
        if (awaited != null) {
            Lock lock = locks.get(awaited);
            if (lock != null) {
                lock.queue.removeIf(each -> each.transaction == who);
                serve(awaited, lock);
            }
            who.waitsFor = null;
        }
        for (Object name : who.held) {
            Lock lock = locks.get(name);
            if (lock != null) {
                lock.holders.remove(who);
                serve(name, lock);
            }
        }
        who.held.clear();
    }

    /** Gives back to a prepared transaction what it held before the database stopped. */
    void restore(Transaction who) {
        for (Object name : who.held) {
            Lock lock = locks.computeIfAbsent(name, each -> new Lock());
            lock.holders.put(who, Mode.EXCLUSIVE);
        }
    }

    /** Forgets every lock: the database stopped. */
    void clear() {
        locks.clear();
    }

    private void serve(Object name, Lock lock) {
        Waiter first = lock.queue.peek();
        while (first != null && !lock.heldAgainst(first.transaction, first.mode)) {
            lock.queue.remove();
            first.transaction.waitsFor = null;
            hold(lock, name, first.transaction, first.mode);
            first.granted.run();
            first = lock.queue.peek();
        }
        if (lock.holders.isEmpty() && lock.queue.isEmpty()) {
            locks.remove(name);
        }
    }

    private static void hold(Lock lock, Object name, Transaction who, Mode mode) {
        if (lock.holders.get(who) != Mode.EXCLUSIVE) {
            lock.holders.put(who, mode);
        }
        who.held.add(name);
    }

    private boolean reaches(Transaction from, Transaction goal, Set<Transaction> seen) {
        @Nullable Object name = from.waitsFor;
        Lock lock = name == null ? null : locks.get(name);
        if (lock == null || !seen.add(from)) {
            return false;
        }
        Set<Transaction> blockers = new HashSet<>(lock.holders.keySet());
        for (Waiter each : lock.queue) {
            if (each.transaction == from) {
                break;
            }
            blockers.add(each.transaction);
        }
        blockers.remove(from);
        return blockers.contains(goal)
                || blockers.stream().anyMatch(each -> reaches(each, goal, seen));
    }

    private static boolean conflict(Mode one, Mode other) {
        return one == Mode.EXCLUSIVE || other == Mode.EXCLUSIVE;
    }
}
