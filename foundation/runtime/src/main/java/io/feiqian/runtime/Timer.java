package io.feiqian.runtime;

import java.time.Duration;

/**
 * The port through which things happen later: back-off, repetition, timeouts. Thread-safe.
 *
 * <p>Actions run on the timer's own thread and must not block; whoever has blocking work starts a
 * virtual thread in the action. Tests use {@link ManualTimer}.
 */
public interface Timer extends AutoCloseable {
    /** Runs the action once after the delay, unless it is cancelled before. */
    Cancellable after(Duration delay, Runnable action);

    /**
     * Holds the caller's thread up for so long, or until the timer is closed. Never called on the
     * timer's own thread.
     *
     * @throws InterruptedException where the thread is interrupted
     */
    void pause(Duration length) throws InterruptedException;

    /** Stops; actions that are not due yet never run. */
    @Override
    void close();

    /** A timer of this machine; its one daemon thread has this name. */
    static Timer system(String threadName) {
        return new SystemTimer(threadName);
    }

    /** An action that can still be called off. */
    @FunctionalInterface
    interface Cancellable {
        /** Calls it off; without effect where it ran already. */
        void cancel();
    }
}
