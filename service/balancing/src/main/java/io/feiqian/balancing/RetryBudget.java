package io.feiqian.balancing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many repetitions are allowed beside first attempts, so that repetitions do not keep down a
 * service that is down: every first attempt saves a part of one, every repetition spends a whole
 * one. Thread-safe; allocates nothing.
 */
public final class RetryBudget {
    private static final long ONE = 1_000_000;

    private final long part;
    private final long most;
    private final AtomicLong saved;

    /**
     * A full budget.
     *
     * @param share repetitions for each first attempt in the long run, 0 to 10
     * @param most how many are saved up, at least 1: the repetitions that a quiet service is
     *     allowed at once
     */
    public RetryBudget(double share, int most) {
        if (!(share >= 0 && share <= 10) || most < 1) {
            throw new IllegalArgumentException(
                    "retry budget: %s, at most %d (expected: 0 to 10, at least 1)"
                            .formatted(share, most));
        }
        this.part = (long) (share * ONE);
        this.most = most * ONE;
        this.saved = new AtomicLong(this.most);
    }

    /** A first attempt is made. */
    public void attempted() {
        long now = saved.get();
        // Full most of the time: then nothing is written. A lost update costs a part of a try.
        if (now < most) {
            boolean unused = saved.compareAndSet(now, Math.min(most, now + part));
        }
    }

    /** Spends one repetition; false where there is none to spend. */
    public boolean spend() {
        long now = saved.get();
        while (now >= ONE) {
            if (saved.compareAndSet(now, now - ONE)) {
                return true;
            }
            now = saved.get();
        }
        return false;
    }

    /** How many repetitions are left. */
    public double left() {
        return (double) saved.get() / ONE;
    }
}
