package io.feiqian.transaction;

import io.feiqian.runtime.Clock;

/**
 * What this process takes the database's clock to show: the last reading plus the monotonic time
 * since. Deadlines are made with it; whether one has passed is judged by the database's own clock
 * inside the commit (decide-by), so an error here costs patience, never money. Thread-safe.
 */
final class DatabaseClock {
    private record Reading(long databaseMillis, long nanos) {}

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Clock clock;
    private volatile Reading reading;

    /** Starts from this machine's wall clock, until the database's was read. */
    DatabaseClock(Clock clock) {
        this.clock = clock;
        this.reading = new Reading(clock.now().toEpochMilli(), clock.nanos());
    }

    /** Takes down what the database showed just now. */
    void observe(long databaseMillis) {
        reading = new Reading(databaseMillis, clock.nanos());
    }

    /** Milliseconds since 1970. */
    long millis() {
        Reading last = reading;
        return last.databaseMillis + (clock.nanos() - last.nanos) / NANOS_PER_MILLI;
    }
}
