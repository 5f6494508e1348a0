package io.feiqian.server;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what a running system does by itself, by the clock, however long one look takes. */
final class Patience {
    private static final Duration USUAL = Duration.ofSeconds(40);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private Patience() {}

    /**
     * Looks until it holds.
     *
     * @param standing what a failure shows of the system
     */
    static void until(Timer timer, BooleanSupplier holds, Supplier<?> standing) {
        until(timer, USUAL, holds, standing);
    }

    /** The same for what takes longer. */
    static void until(Timer timer, Duration within, BooleanSupplier holds, Supplier<?> standing) {
        Deadline end = Deadline.after(within, Clock.system());
        while (!holds.getAsBoolean()) {
            if (end.isExpired()) {
                throw new AssertionError("not within " + within + ": " + standing.get());
            }
            try {
                timer.pause(PAUSE);
            } catch (InterruptedException stopped) {
                throw new AssertionError(stopped);
            }
        }
    }
}
