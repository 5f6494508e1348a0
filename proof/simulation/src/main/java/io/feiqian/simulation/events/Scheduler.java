package io.feiqian.simulation.events;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Virtual time: events run one after the other in the order of their times, equal times in the
 * order in which they were scheduled. Not thread-safe; nothing here ever waits.
 */
public final class Scheduler {
    private record Event(long at, long number, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private long now;
    private long count;

    /** Microseconds since the world began. */
    public long now() {
        return now;
    }

    /** How many events ran or wait. */
    public long count() {
        return count;
    }

    /** Runs the action so many microseconds from now. */
    public void after(long micros, Runnable action) {
        if (micros < 0) {
            throw new IllegalArgumentException("micros: " + micros + " (expected: >= 0)");
        }
        events.add(new Event(now + micros, count++, action));
    }

    /** Runs the next event; false where none is due by {@code until}, which then is the time. */
    public boolean runNext(long until) {
        Event next = events.peek();
        if (next == null || next.at > until) {
            now = Math.max(now, until);
            return false;
        }
        events.remove();
        now = next.at;
        next.action.run();
        return true;
    }
}
