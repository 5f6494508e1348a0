package io.feiqian.simulation.events;

import io.feiqian.runtime.Clock;
import java.time.Instant;

/**
 * A clock of one process or database: it began wrong by an offset and goes wrong by a rate, and
 * nobody sets it right.
 */
public final class DriftingClock implements Clock {
    private final Scheduler scheduler;
    private final long startMicros;
    private final int partsPerMillion;

    /**
     * A clock of this world.
     *
     * @param start the true time at which the world began
     * @param offsetMicros how far this clock was off then
     * @param partsPerMillion how much faster than true time it goes; negative where slower
     */
    public DriftingClock(
            Scheduler scheduler, Instant start, long offsetMicros, int partsPerMillion) {
        this.scheduler = scheduler;
        this.startMicros = start.getEpochSecond() * 1_000_000 + offsetMicros;
        this.partsPerMillion = partsPerMillion;
    }

    /** Microseconds since 1970 by this clock. */
    public long micros() {
        return startMicros + passed();
    }

    /** Milliseconds since 1970 by this clock. */
    public long millis() {
        return micros() / 1_000;
    }

    @Override
    public Instant now() {
        return Instant.ofEpochSecond(micros() / 1_000_000, micros() % 1_000_000 * 1_000);
    }

    @Override
    public long nanos() {
        return passed() * 1_000;
    }

    private long passed() {
        long truth = scheduler.now();
        return truth + truth / 1_000 * partsPerMillion / 1_000;
    }
}
