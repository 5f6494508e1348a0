package io.feiqian.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns many callers' single items into batches for one worker thread: takes what is there, up to a
 * limit, and never waits for more, so that the load itself sets the batch size.
 *
 * <p>Two lanes (two-lanes): {@link Lane#FINISHING} items go first and have a queue of their own
 * that is large; {@link Lane#NEW} items are refused early when their queue is full. {@link #offer}
 * may be called by any thread and never blocks; the handler runs on the batcher's one thread and
 * owns each item handed to it. An exception of the handler is given to {@code onFault} with the
 * batch; the worker goes on.
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

    private static final long IDLE_LOOK_SECONDS = 1;

    private final Limits limits;
    private final Handler<T> handler;
    private final BlockingQueue<T> fresh;
    private final BlockingQueue<T> finishing;
    private final java.util.concurrent.Semaphore waiting = new java.util.concurrent.Semaphore(0);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Thread worker;

    /** A batcher whose worker, made by {@code threads}, is running. */
    public MicroBatcher(Limits limits, Handler<T> handler, ThreadFactory threads) {
        this.limits = limits;
        this.handler = handler;
        this.fresh = new ArrayBlockingQueue<>(limits.newQueue());
        this.finishing = new ArrayBlockingQueue<>(limits.finishingQueue());
        this.worker = threads.newThread(this::work);
        this.worker.start();
    }

    /**
     * Hands over one item; false where its queue is full or the batcher is closing, and then the
     * item was not taken and nothing of it will happen.
     */
    public boolean offer(T item, Lane lane) {
        if (closing.get() && lane == Lane.NEW) {
            return false;
        }
        boolean taken = (lane == Lane.FINISHING ? finishing : fresh).offer(item);
        if (taken) {
            waiting.release();
        }
        return taken;
    }

    /** How many items wait in both lanes; a snapshot for metrics. */
    public int waiting() {
        return fresh.size() + finishing.size();
    }

    /** Takes no more new items, works off what is there, and waits for the worker to end. */
    @Override
    public void close() {
        closing.set(true);
        waiting.release();
        try {
            worker.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        List<T> batch = new ArrayList<>(limits.batch());
        while (true) {
            awaitWork();
            batch.clear();
            finishing.drainTo(batch, limits.batch());
            fresh.drainTo(batch, limits.batch() - batch.size());
            if (batch.isEmpty()) {
                if (closing.get()) {
                    return;
                }
                continue;
            }
            run(List.copyOf(batch));
        }
    }

    private void awaitWork() {
        try {
            if (waiting.tryAcquire(IDLE_LOOK_SECONDS, TimeUnit.SECONDS)) {
                waiting.drainPermits();
            }
        } catch (InterruptedException interrupted) {
            // A worker is stopped by close() only: it must not leave items behind.
            closing.set(true);
        }
        if (!fresh.isEmpty() || !finishing.isEmpty()) {
            waiting.release();
        }
    }

    private void run(List<T> batch) {
        try {
            handler.handle(batch);
        } catch (RuntimeException | Error fault) {
            handler.onFault(batch, fault);
        }
    }
}
