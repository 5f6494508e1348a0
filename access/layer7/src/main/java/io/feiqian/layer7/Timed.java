package io.feiqian.layer7;

import org.jspecify.annotations.Nullable;

/**
 * Something with a deadline that moves often: moving it is one assignment, and it is looked at
 * about when it is due. Confined to one event loop.
 */
abstract class Timed {
    /** No deadline. */
    static final long NEVER = Long.MAX_VALUE;

    /** When it is due, by the wheel's clock. */
    private long due = NEVER;

    // The wheel's: where it stands.
    @Nullable Timed before;
    @Nullable Timed after;
    int bucket = -1;
    long lookAt;

    /** Its deadline has passed. */
    abstract void expired(long now);

    final long due() {
        return due;
    }

    /** Sets the deadline, and sees to it that it is looked at in time. */
    final void due(TimerWheel wheel, long at) {
        due = at;
        if (bucket < 0 || at - lookAt < 0) {
            wheel.place(this);
        }
    }

    /** It has no deadline any more. */
    final void notDue() {
        due = NEVER;
    }
}
