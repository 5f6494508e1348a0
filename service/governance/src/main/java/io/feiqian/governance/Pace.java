package io.feiqian.governance;

import java.util.concurrent.atomic.AtomicLong;

/**
 * So many pieces of work a second, with a burst: the generic cell rate algorithm. It is one number,
 * the time at which everything admitted so far would have been done at the even pace, so there is
 * no bucket to fill and no window at whose border twice as much passes. Thread-safe, without locks.
 */
final class Pace {
    private final AtomicLong doneAt;

    /** With its whole burst from now. */
    Pace(long nowNanos) {
        doneAt = new AtomicLong(nowNanos);
    }

    /**
     * Takes a turn.
     *
     * @param items pieces of work; more than the burst are admitted when nothing is owed, and then
     *     owed
     * @param interval nanoseconds between two pieces
     * @param burst pieces at once
     * @param longest how long one would wait
     * @return 0 for now; above, how long to wait for the turn that was taken; below, how long one
     *     would have to wait, and no turn was taken
     */
    long take(long now, int items, long interval, int burst, long longest) {
        while (true) {
            long done = doneAt.get();
            long base = done - now > 0 ? done : now;
            long wait = base + (Math.min(items, burst) - burst) * interval - now;
            if (wait > longest && wait > 0) {
                return -wait;
            }
            if (doneAt.compareAndSet(done, base + items * interval)) {
                return Math.max(0, wait);
            }
        }
    }

    /** Takes as many turns as there are now; 0 for none. */
    int takeSome(long now, int items, long interval, int burst) {
        while (true) {
            long done = doneAt.get();
            long base = done - now > 0 ? done : now;
            long room = (now + burst * interval - base) / interval;
            int some = (int) Math.max(0, Math.min(items, room));
            if (some == 0 || doneAt.compareAndSet(done, base + some * interval)) {
                return some;
            }
        }
    }

    /** Whether nothing is owed, so that a new one would say the same. */
    boolean isIdle(long now) {
        return doneAt.get() - now <= 0;
    }
}
