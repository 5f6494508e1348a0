package io.feiqian.registry;

import java.time.Duration;

/**
 * Spaces out what would otherwise come all at once: at most so many a second. Thread-safe.
 *
 * <p>What waits here is bounded by whoever asks: each has at most one thing of a kind to wait for.
 */
public final class Pace {
    private final long intervalNanos;
    private long next;
    private boolean began;

    /** At most so many a second, 1 or more. */
    public Pace(int perSecond) {
        if (perSecond < 1) {
            throw new IllegalArgumentException("per second: " + perSecond + " (expected: >= 1)");
        }
        this.intervalNanos = Duration.ofSeconds(1).toNanos() / perSecond;
    }

    /** Takes the next place, and says how long it is until then. */
    public synchronized Duration take(long nowNanos) {
        if (!began || next - nowNanos < 0) {
            began = true;
            next = nowNanos;
        }
        Duration wait = Duration.ofNanos(next - nowNanos);
        next += intervalNanos;
        return wait;
    }
}
