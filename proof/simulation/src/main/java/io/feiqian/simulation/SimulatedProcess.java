package io.feiqian.simulation;

import io.feiqian.runtime.Timer;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.simulation.events.Scheduler;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A process as far as time is concerned: it has a clock of its own, it may be held up, and what it
 * meant to do later does not happen once it has been killed. Between any two of its steps it may
 * die. Not thread-safe.
 */
public final class SimulatedProcess implements Timer {
    private final Scheduler scheduler;
    private final DriftingClock clock;
    private final BooleanSupplier diesHere;
    private boolean alive = true;
    private long heldUpUntil;

    /**
     * A living process.
     *
     * @param diesHere asked before every step; kills it where that says so
     */
    public SimulatedProcess(Scheduler scheduler, DriftingClock clock, BooleanSupplier diesHere) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.diesHere = diesHere;
    }

    /** Its clock. */
    public DriftingClock clock() {
        return clock;
    }

    /** Whether it lives. */
    public boolean isAlive() {
        return alive;
    }

    /** From now on it does nothing any more. */
    public void kill() {
        alive = false;
    }

    /** For so long it does nothing, and then everything that came meanwhile. */
    public void holdUp(long micros) {
        heldUpUntil = scheduler.now() + micros;
    }

    /** Takes a step, now or when it is no longer held up, where the process lives then. */
    public void run(Runnable step) {
        if (!alive) {
            return;
        }
        if (heldUpUntil > scheduler.now()) {
            scheduler.after(heldUpUntil - scheduler.now(), () -> run(step));
        } else if (!diesHere.getAsBoolean()) {
            step.run();
        }
    }

    /** Takes a step so many microseconds from now. */
    public void later(long micros, Runnable step) {
        scheduler.after(micros, () -> run(step));
    }

    @Override
    public Cancellable after(Duration delay, Runnable action) {
        boolean[] cancelled = new boolean[1];
        later(
                Math.max(0, delay.toNanos() / 1_000),
                () -> {
                    if (!cancelled[0]) {
                        action.run();
                    }
                });
        return () -> cancelled[0] = true;
    }

    @Override
    public void pause(Duration length) {
        throw new IllegalStateException("nothing may block in the simulation");
    }

    @Override
    public void close() {
        kill();
    }
}
