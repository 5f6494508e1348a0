package io.feiqian.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer on one daemon thread. */
final class SystemTimer implements Timer {
    private final ScheduledThreadPoolExecutor executor;
    private final CountDownLatch closed = new CountDownLatch(1);

    SystemTimer(String threadName) {
        executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, threadName);
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Cancellable after(Duration delay, Runnable action) {
        try {
            ScheduledFuture<?> due =
                    executor.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> due.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    @Override
    public void pause(Duration length) throws InterruptedException {
        // What ends the wait, time or close(), makes no difference to the caller.
        boolean unused = closed.await(length.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
        executor.shutdownNow();
    }
}
