package io.feiqian.runtime;

import java.time.Duration;

/**
 * The moment by which work must have begun, on this process's monotonic clock. It crosses borders
 * as remaining time only (decide-by), so that clocks need not agree.
 */
public final class Deadline {
    private final Clock clock;
    private final long atNanos;

    private Deadline(Clock clock, long atNanos) {
        this.clock = clock;
        this.atNanos = atNanos;
    }

    /** The deadline so much time from now. */
    public static Deadline after(Duration remaining, Clock clock) {
        return new Deadline(clock, clock.nanos() + remaining.toNanos());
    }

    /** What is left; zero or negative once passed. */
    public Duration remaining() {
        return Duration.ofNanos(atNanos - clock.nanos());
    }

    /** Whether it has passed. */
    public boolean isExpired() {
        return atNanos - clock.nanos() <= 0;
    }

    @Override
    public String toString() {
        return "in " + remaining().toMillis() + " ms";
    }
}
