package io.feiqian.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns many callers' single items into batches for one worker thread: takes what is there, up to a
 * limit, and never waits for more, so that the load itself sets the batch size.
 *
 * <p>Two lanes (two-lanes): {@link Lane#FINISHING} items go first and have a queue of their own
 * that is large; {@link Lane#NEW} items are refused early when their queue is full. {@link #offer}
 * may be called by any thread and never waits for the worker; the handler runs on the batcher's one
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

    private final Limits limits;
    private final Handler<T> handler;
    private final Thread worker;

    /** Guards the fields below. One lock, so that "taken" and "the worker will see it" are one. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakeUp = lock.newCondition();
    private final ArrayDeque<T> fresh = new ArrayDeque<>();
    private final ArrayDeque<T> finishing = new ArrayDeque<>();
    private boolean idle;
    private boolean closing;
    private boolean ended;

    /** A batcher whose worker, made by {@code threads}, is running. */
    public MicroBatcher(Limits limits, Handler<T> handler, ThreadFactory threads) {
        this.limits = limits;
        this.handler = handler;
        this.worker = threads.newThread(this::work);
        this.worker.start();
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
                        case FINISHING -> !ended && finishing.size() < limits.finishingQueue();
                        case NEW -> !closing && fresh.size() < limits.newQueue();
                    };
            if (!taken) {
                return false;
            }
            (lane == Lane.FINISHING ? finishing : fresh).add(item);
            if (idle) {
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
            return fresh.size() + finishing.size();
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
     * Takes no more new items, works off what is there, and waits for the worker to end. Where the
     * worker itself calls it, it does not wait. May be called again.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            wakeUp.signal();
        } finally {
            lock.unlock();
        }
        if (Thread.currentThread().equals(worker)) {
            return;
        }
        try {
            worker.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        for (List<T> batch = next(); !batch.isEmpty(); batch = next()) {
            run(batch);
        }
    }

    /** The next batch; empty when the batcher is closed and everything is worked off. */
    private List<T> next() {
        lock.lock();
        try {
            while (fresh.isEmpty() && finishing.isEmpty()) {
                if (closing) {
                    ended = true;
                    return List.of();
                }
                idle = true;
                // Only close() ends the worker: an interrupt must not leave items behind.
                wakeUp.awaitUninterruptibly();
                idle = false;
            }
            int size = Math.min(limits.batch(), fresh.size() + finishing.size());
            List<T> batch = new ArrayList<>(size);
            drain(finishing, batch, size);
            drain(fresh, batch, size);
            return batch;
        } finally {
            lock.unlock();
        }
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

    private void run(List<T> batch) {
        try {
            handler.handle(batch);
        } catch (RuntimeException | Error fault) {
            report(batch, fault);
        }
    }

    private void report(List<T> batch, Throwable fault) {
        try {
            handler.onFault(batch, fault);
        } catch (RuntimeException | Error again) {
            again.addSuppressed(fault);
            LOG.error("a batch of {} items failed and so did reporting it", batch.size(), again);
        }
    }
}
