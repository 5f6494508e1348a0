package io.feiqian.simulation.events;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * The log of a run: one line per event, with its virtual time. Off unless lines are wanted, since a
 * thousand runs write millions of them. Not thread-safe.
 */
public final class EventLog {
    private final Scheduler scheduler;
    private final Deque<String> lines = new ArrayDeque<>();
    private final boolean on;

    /** A log that keeps lines where {@code on}. */
    public EventLog(Scheduler scheduler, boolean on) {
        this.scheduler = scheduler;
        this.on = on;
    }

    /** Adds a line; the text is made only where it is kept. */
    public void line(Supplier<String> text) {
        if (on) {
            long now = scheduler.now();
            lines.add("%6d.%06d %s".formatted(now / 1_000_000, now % 1_000_000, text.get()));
        }
    }

    /** All lines, each ended by a line feed. */
    public String text() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
