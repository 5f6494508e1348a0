package io.feiqian.runtime;

import java.time.Instant;

/**
 * The port through which time comes: a wall clock for people, a monotonic one for durations.
 *
 * <p>Safe for use by many threads. Tests and the simulation use {@link SettableClock}.
 */
public interface Clock {
    /** The time of day, for records and people; may jump. */
    Instant now();

    /** Nanoseconds of a clock that never goes back; only differences mean anything. */
    long nanos();

    /** The machine's clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
