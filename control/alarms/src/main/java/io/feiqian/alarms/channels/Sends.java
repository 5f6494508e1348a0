package io.feiqian.alarms.channels;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets nobody wait longer than the limit: each send has a virtual thread, which is interrupted when
 * its time is over. Interrupted, a virtual thread lets go of any socket; one that hangs otherwise
 * keeps its place, and the places are few. Thread-safe.
 */
final class Sends implements AutoCloseable {
    private static final int PLACES = 16;

    private final Duration limit;
    private final Semaphore places = new Semaphore(PLACES);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("alarm-send-", 0).factory());

    Sends(Duration limit) {
        this.limit = limit;
    }

    /** Runs it to its end, or to the limit. */
    void run(Send send) throws NotDelivered {
        Future<?> end = start(send);
        try {
            end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            end.cancel(true);
            throw NotDelivered.forNow(
                    "answer: none (expected: within %d ms)".formatted(limit.toMillis()));
        } catch (InterruptedException interrupted) {
            end.cancel(true);
            Thread.currentThread().interrupt();
            throw NotDelivered.forNow("interrupted while waiting for the answer");
        } catch (ExecutionException failed) {
            throw failure(failed);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Future<?> start(Send send) throws NotDelivered {
        try {
            return threads.submit(() -> {
                inAPlace(send);
                return null;
            });
        } catch (RejectedExecutionException closed) {
            throw NotDelivered.forNow("channels: closed (expected: open)");
        }
    }

    private void inAPlace(Send send) throws NotDelivered {
        if (!places.tryAcquire()) {
            throw NotDelivered.forNow("sends under way: %d (expected: fewer)".formatted(PLACES));
        }
        try {
            send.run();
        } finally {
            places.release();
        }
    }

    /** Where it broke stays to be seen; what a library says of it may hold a secret. */
    private static NotDelivered failure(ExecutionException failed) {
        Throwable cause = failed.getCause();
        if (cause instanceof NotDelivered known) {
            return known;
        }
        NotDelivered unknown =
                NotDelivered.forNow(
                        "failed: " + (cause == null ? failed : cause).getClass().getSimpleName());
        if (cause != null) {
            unknown.setStackTrace(cause.getStackTrace());
        }
        return unknown;
    }

    /** What is done within the limit. */
    @FunctionalInterface
    interface Send {
        void run() throws NotDelivered;
    }
}
