package io.feiqian.rpc;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends attempts whose time is over, at most {@link #SWEEP} late, by looking at all that are under
 * way. gRPC's own deadlines wake another thread to set a timer and again to call it off, for every
 * call; here most calls come and go between two looks. Thread-safe.
 */
final class Overdue {
    /** How late an attempt ends at most. */
    static final Duration SWEEP = Duration.ofMillis(20);

    private final Set<Attempt<?>> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final Clock clock;
    private final Timer timer;

    Overdue(Clock clock, Timer timer) {
        this.clock = clock;
        this.timer = timer;
    }

    long now() {
        return clock.nanos();
    }

    void began(Attempt<?> attempt) {
        underWay.add(attempt);
        lookLater();
    }

    void ended(Attempt<?> attempt) {
        underWay.remove(attempt);
    }

    private void lookLater() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            timer.after(SWEEP, this::look);
        }
    }

    private void look() {
        long now = clock.nanos();
        for (Attempt<?> each : underWay) {
            each.endIfOverdue(now);
        }
        looking.set(false);
        // Looked at after the flag, so that one that begins now is seen by one of the two.
        if (!underWay.isEmpty()) {
            lookLater();
        }
    }
}
