package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets so many in at a time; an adaptive one finds out how many. Thread-safe. */
final class Gate implements Hold {
    private static final long WINDOW_NANOS = 100_000_000L;
    private static final int WINDOW_CALLS = 10;
    private static final long LONGEST_WINDOW_NANOS = 1_000_000_000L;

    private final boolean adaptive;
    private final AtomicInteger inFlight;
    private volatile int allowed;

    // Of the adaptive one, under its lock.
    private AdaptiveLimit limit;
    private long windowFrom;
    private long sumNanos;
    private int calls;
    private int mostInFlight;
    private boolean dropped;

    /**
     * With those of an earlier one still inside.
     *
     * @param inFlight who is inside
     */
    Gate(Rule.Concurrency rule, AtomicInteger inFlight, long nowNanos) {
        this.adaptive = rule.isAdaptive();
        this.limit = AdaptiveLimit.of(rule);
        this.inFlight = inFlight;
        this.allowed = limit.allowed();
        this.windowFrom = nowNanos;
    }

    boolean enter() {
        // First counted, then looked at: two that come together cannot both be the last one.
        if (inFlight.incrementAndGet() > allowed) {
            inFlight.decrementAndGet();
            return false;
        }
        return true;
    }

    int allowed() {
        return allowed;
    }

    int inside() {
        return inFlight.get();
    }

    AtomicInteger counter() {
        return inFlight;
    }

    boolean isIdle() {
        return inFlight.get() == 0;
    }

    @Override
    public void ended(long nowNanos, long tookNanos, OutcomeCode outcome) {
        int with = inFlight.getAndDecrement();
        if (adaptive) {
            learn(nowNanos, tookNanos, with, Failures.isOverload(outcome));
        }
    }

    @Override
    public void abandoned() {
        inFlight.decrementAndGet();
    }

    private synchronized void learn(long now, long took, int with, boolean isDropped) {
        sumNanos += took;
        calls++;
        mostInFlight = Math.max(mostInFlight, with);
        dropped |= isDropped;
        long passed = now - windowFrom;
        if (passed >= LONGEST_WINDOW_NANOS || (passed >= WINDOW_NANOS && calls >= WINDOW_CALLS)) {
            limit =
                    limit.next(
                            new AdaptiveLimit.Sample(
                                    (double) sumNanos / calls, mostInFlight, dropped));
            allowed = limit.allowed();
            windowFrom = now;
            sumNanos = 0;
            calls = 0;
            mostInFlight = 0;
            dropped = false;
        }
    }
}
