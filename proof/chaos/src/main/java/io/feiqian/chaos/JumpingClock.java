package io.feiqian.chaos;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.time.Instant;

/** The machine's clock, with a time of day that somebody sets. Thread-safe. */
final class JumpingClock implements Clock {
    private volatile Duration off = Duration.ZERO;

    /** Sets the time of day so much too late, or too early where it is negative. */
    void jump(Duration by) {
        off = by;
    }

    @Override
    public Instant now() {
        return Clock.system().now().plus(off);
    }

    @Override
    public long nanos() {
        return Clock.system().nanos();
    }
}
