package io.feiqian.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A timer that moves with a {@link SettableClock}: {@link #advance} moves the clock and runs what
 * has become due, in order of time, on the caller's thread. For tests. Thread-safe.
 */
public final class ManualTimer implements Timer {
    private record Due(long atNanos, long number, Runnable action) {}

    private final SettableClock clock;
    private final List<Due> due = new ArrayList<>();
    private final List<CountDownLatch> pauses = new ArrayList<>();
    private long count;
    private boolean closed;

    /** A timer that moves with this clock. */
    public ManualTimer(SettableClock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Cancellable after(Duration delay, Runnable action) {
        Due entry = new Due(clock.nanos() + delay.toNanos(), count++, action);
        due.add(entry);
        return () -> cancel(entry);
    }

    /** Moves the clock forward and runs what has become due, also what that adds. */
    public void advance(Duration by) {
        clock.advance(by);
        for (Due next = takeDue(); next != null; next = takeDue()) {
            next.action.run();
        }
    }

    /** How many actions wait. */
    public synchronized int waiting() {
        return due.size();
    }

    /** Returns when {@link #advance} has passed the end of the pause, or the timer is closed. */
    @Override
    public void pause(Duration length) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        synchronized (this) {
            if (closed) {
                return;
            }
            pauses.add(over);
            after(length, over::countDown);
        }
        over.await();
        synchronized (this) {
            pauses.remove(over);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        due.clear();
        pauses.forEach(CountDownLatch::countDown);
    }

    private synchronized void cancel(Due entry) {
        due.remove(entry);
    }

    private synchronized @Nullable Due takeDue() {
        Due first =
                due.stream()
                        .min(Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::number))
                        .orElse(null);
        if (first == null || first.atNanos > clock.nanos()) {
            return null;
        }
        due.remove(first);
        return first;
    }
}
