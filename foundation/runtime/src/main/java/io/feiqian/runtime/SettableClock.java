package io.feiqian.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is moved; for tests and the simulation. Thread-safe. */
public final class SettableClock implements Clock {
    private final Instant start;
    private final AtomicLong passedNanos = new AtomicLong();

    /** A clock that stands at this time. */
    public SettableClock(Instant start) {
        this.start = start;
    }

    /** Moves the clock forward. */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("by: " + by + " (expected: >= 0)");
        }
        passedNanos.addAndGet(by.toNanos());
    }

    @Override
    public Instant now() {
        return start.plusNanos(passedNanos.get());
    }

    @Override
    public long nanos() {
        return passedNanos.get();
    }
}
