package io.feiqian.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns many callers' single items into batches for one worker thread or a few: a worker takes its
 * share of what is there, up to a limit, so that the load itself sets the batch size. With two
 * workers one prepares its batch while the other waits for a disk; then items that would wait for a
 * row of the other's batch are left for the other's next one ({@link Keys}).
 *
 * <p>Two lanes (two-lanes): {@link Lane#FINISHING} items go first and have a queue of their own
 * that is large; {@link Lane#NEW} items are refused early when their queue is full. {@link #offer}
 * may be called by any thread and never waits for the worker; the handler runs on its worker's
 * thread and owns each item handed to it. Every item that {@link #offer} took is handed to the
 * handler exactly once, also while the batcher is closing. An exception of the handler is given to
 * {@code onFault} with the batch; the worker goes on.
 *
 * @param <T> the items
 */
public final class MicroBatcher<T> implements AutoCloseable {
    /** Which queue an item waits in. */
    public enum Lane {
        /** Finishes what has begun: goes first. */
        FINISHING,
        /** Begins something: refused early under load. */
        NEW
    }

    /** What a batcher does with batches. */
    public interface Handler<T> {
        /** Works on one batch of at least one item. */
        void handle(List<T> batch);

        /** Told of an exception that {@link #handle} threw: no item of it may be forgotten. */
        void onFault(List<T> batch, Throwable fault);
    }

    /** What an item needs to itself, such as rows to be locked. */
    @FunctionalInterface
    public interface Keys<T> {
        /** Names the keys of an item; a hint that may name too few. Quick. */
        void of(T item, LongConsumer keys);
    }

    /**
     * The bounds.
     *
     * @param batch the most items in one batch, at least 1
     * @param newQueue the most NEW items waiting, at least 1
     * @param finishingQueue the most FINISHING items waiting, at least 1
     */
    public record Limits(int batch, int newQueue, int finishingQueue) {
        /** Refuses bounds below 1. */
        public Limits {
            if (batch < 1 || newQueue < 1 || finishingQueue < 1) {
                throw new IllegalArgumentException(
                        "limits: %d, %d, %d (expected: each >= 1)"
                                .formatted(batch, newQueue, finishingQueue));
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(MicroBatcher.class);

    /** Not worth being divided among workers: a batch costs about as much as forty items. */
    private static final int SMALLEST_SHARE = 64;

    private static final long LONGEST_GATHERING_NANOS = 1_000_000;

    private static final int NOBODY = Integer.MAX_VALUE;

    private final Limits limits;
    private final long leavingNanos;
    private final List<Thread> workers = new ArrayList<>();

    /** Guards the fields below. One lock, so that "taken" and "the worker will see it" are one. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakeUp = lock.newCondition();

    /** Signalled when as much waits as somebody gathers. */
    private final Condition gathered = lock.newCondition();

    /** How much that is. */
    private int gathering = NOBODY;

    private final ArrayDeque<T> fresh = new ArrayDeque<>();
    private final ArrayDeque<T> finishing = new ArrayDeque<>();
    private final KeptApart<T> apart;
    private int idle;
    private int running;
    private int inFlight;
    private boolean closing;

    /** A batcher whose worker, made by {@code threads}, is running. */
    public MicroBatcher(Limits limits, Handler<T> handler, ThreadFactory threads) {
        this(limits, List.of(handler), (item, keys) -> {}, Duration.ZERO, threads);
    }

    /** The same with a running worker for each of the handlers, and nothing left to each other. */
    public MicroBatcher(
            Limits limits,
            List<? extends Handler<T>> handlers,
            Keys<T> keys,
            ThreadFactory threads) {
        this(limits, handlers, keys, Duration.ZERO, threads);
    }

    /**
     * A batcher with a running worker, made by {@code threads}, for each of the handlers, which
     * keeps items that share one of these keys out of each other's batches where it can.
     *
     * @param leaving how long what is too little for two workers is left to the one at work, unless
     *     that is held up for longer; zero where a batch costs hardly more than its items
     */
    public MicroBatcher(
            Limits limits,
            List<? extends Handler<T>> handlers,
            Keys<T> keys,
            Duration leaving,
            ThreadFactory threads) {
        if (handlers.isEmpty()) {
            throw new IllegalArgumentException("handlers: none (expected: one or more)");
        }
        this.limits = limits;
        this.leavingNanos = leaving.toNanos();
        this.running = handlers.size();
        this.apart = new KeptApart<>(keys, handlers.size());
        for (int i = 0; i < handlers.size(); i++) {
            int worker = i;
            workers.add(threads.newThread(() -> work(handlers.get(worker), worker)));
        }
        workers.forEach(Thread::start);
    }

    /**
     * Hands over one item; false where its queue is full, or the batcher is closing (a FINISHING
     * item is still taken until the worker has ended), and then the item was not taken and nothing
     * of it will happen.
     */
    public boolean offer(T item, Lane lane) {
        lock.lock();
        try {
            boolean taken =
                    switch (lane) {
                        case FINISHING -> running > 0 && finishing.size() < limits.finishingQueue();
                        case NEW -> !closing && fresh.size() < limits.newQueue();
                    };
            if (!taken) {
                return false;
            }
            (lane == Lane.FINISHING ? finishing : fresh).add(item);
            if (waits() >= gathering) {
                gathered.signal();
            }
            if (idle > 0) {
                wakeUp.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How many items wait in both lanes; a snapshot for metrics. */
    public int waiting() {
        lock.lock();
        try {
            return waits();
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #close} was called: NEW items are refused for good. */
    public boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Shows every waiting item, which goes on waiting. {@code look} must be quick: callers of
     * {@link #offer} wait for it.
     */
    public void forEachWaiting(Consumer<? super T> look) {
        lock.lock();
        try {
            finishing.forEach(look);
            fresh.forEach(look);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes everything that waits, in the order it would have been handled; for a handler that
     * cannot work now and wants to say so to all of them. What is returned is the caller's and is
     * not handled again.
     */
    public List<T> takeWaiting() {
        lock.lock();
        try {
            List<T> all = new ArrayList<>(finishing.size() + fresh.size());
            drain(finishing, all, Integer.MAX_VALUE);
            drain(fresh, all, Integer.MAX_VALUE);
            return all;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes no more new items, works off what is there, and waits for the workers to end. Where a
     * worker itself calls it, it does not wait. May be called again.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            wakeUp.signalAll();
            gathered.signalAll();
        } finally {
            lock.unlock();
        }
        if (workers.contains(Thread.currentThread())) {
            return;
        }
        try {
            for (Thread each : workers) {
                each.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(Handler<T> handler, int worker) {
        List<T> batch = next(worker, 0);
        while (!batch.isEmpty()) {
            run(handler, batch);
            batch = next(worker, batch.size());
        }
    }

    /** The next batch; empty when the batcher is closed and everything is worked off. */
    private List<T> next(int worker, int done) {
        lock.lock();
        try {
            inFlight -= done;
            apart.release(worker);
            do {
                while (waits() == 0) {
                    if (closing) {
                        running--;
                        return List.of();
                    }
                    idle++;
                    // Only close() ends the worker: an interrupt must not leave items behind.
                    wakeUp.awaitUninterruptibly();
                    idle--;
                }
                gather();
                // While one gathers, another may have taken everything.
            } while (waits() == 0);
            return take(worker);
        } finally {
            lock.unlock();
        }
    }

    private List<T> take(int worker) {
        int size = share();
        List<T> batch = new ArrayList<>(size);
        apart.take(worker, finishing, batch, size);
        apart.take(worker, fresh, batch, size);
        inFlight += batch.size();
        if (idle > 0 && waits() > 0) {
            wakeUp.signal();
        }
        return batch;
    }

    /**
     * Where others are at work, waits for a moment until as much waits here, or enough for a batch
     * of its own: the items of whoever was answered just now come back one by one. What stays less
     * is taken by whoever ends first, all in one batch.
     */
    private void gather() {
        boolean alone = inFlight == 0 || gathering != NOBODY;
        long longest = inFlight < SMALLEST_SHARE ? leavingNanos : LONGEST_GATHERING_NANOS;
        if (alone || closing || longest == 0) {
            return;
        }
        gathering = Math.min(Math.max(inFlight, SMALLEST_SHARE), limits.batch());
        try {
            long left = longest;
            while (left > 0 && waits() < gathering && !closing) {
                left = gathered.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            LOG.debug("interrupted while gathering: goes on with what is there", interrupted);
        } finally {
            gathering = NOBODY;
        }
    }

    /** How much of what waits one worker takes, so that all have about as much in hand. */
    private int share() {
        int waiting = waits();
        int equal = (waiting + inFlight + workers.size() - 1) / workers.size();
        return Math.min(limits.batch(), Math.min(waiting, Math.max(equal, SMALLEST_SHARE)));
    }

    private int waits() {
        return fresh.size() + finishing.size();
    }

    private static <T> void drain(ArrayDeque<T> from, List<T> into, int upTo) {
        while (into.size() < upTo) {
            T item = from.poll();
            if (item == null) {
                return;
            }
            into.add(item);
        }
    }

    private void run(Handler<T> handler, List<T> batch) {
        try {
            handler.handle(batch);
        } catch (RuntimeException | Error fault) {
            report(handler, batch, fault);
        }
    }

    private void report(Handler<T> handler, List<T> batch, Throwable fault) {
        try {
            handler.onFault(batch, fault);
        } catch (RuntimeException | Error again) {
            again.addSuppressed(fault);
            LOG.error("a batch of {} items failed and so did reporting it", batch.size(), again);
        }
    }
}
