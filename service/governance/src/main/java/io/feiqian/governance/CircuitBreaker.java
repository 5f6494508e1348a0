package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker: closed, it counts failed and slow calls over a sliding window in slices; open,
 * it refuses; half open, it tries a few calls, and closes or opens by them. What began under an
 * earlier state is not counted. Thread-safe: closed, a call is admitted without a lock and counted
 * under a short one.
 */
final class CircuitBreaker {
    enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    private static final int SLICES = 10;

    private final Rule.Breaker rule;
    private final long sliceNanos;
    private final int[] calls = new int[SLICES];
    private final int[] failed = new int[SLICES];
    private final int[] slow = new int[SLICES];
    private long slice;
    private int allCalls;
    private int allFailed;
    private int allSlow;
    private long since;
    private int probesOut;
    private int probesBack;
    private int probesFailed;
    private int probesSlow;
    private volatile Counted current;

    /** What counts the calls admitted in one stretch of one state. */
    private final class Counted implements Hold {
        private final State state;

        Counted(State state) {
            this.state = state;
        }

        @Override
        public void ended(long nowNanos, long tookNanos, OutcomeCode outcome) {
            count(this, nowNanos, tookNanos, Failures.isFailure(outcome));
        }

        @Override
        public void abandoned() {
            forget(this);
        }
    }

    CircuitBreaker(Rule.Breaker rule, long nowNanos) {
        this.rule = rule;
        this.sliceNanos = Math.max(1, rule.window().toNanos() / SLICES);
        this.slice = Math.floorDiv(nowNanos, sliceNanos);
        this.current = new Counted(State.CLOSED);
    }

    State state() {
        return current.state;
    }

    /** What counts the call; null where it is refused. */
    @Nullable Hold admit(long now) {
        Counted closed = current;
        return closed.state == State.CLOSED ? closed : admitSlowly(now);
    }

    /** How long it will refuse. */
    synchronized long retryAfter(long now) {
        return current.state == State.OPEN
                ? Math.max(0, since + rule.openFor().toNanos() - now)
                : rule.openFor().toNanos();
    }

    /** Whether a new one would say the same. */
    synchronized boolean isIdle(long now) {
        if (current.state != State.CLOSED) {
            return false;
        }
        advance(now);
        return allCalls == 0;
    }

    private synchronized @Nullable Hold admitSlowly(long now) {
        if (current.state == State.CLOSED) {
            return current;
        }
        // Probes that never came back must not keep it half open for ever.
        if (now - since >= rule.openFor().toNanos()
                && (current.state == State.OPEN || probesOut >= rule.probes())) {
            turn(State.HALF_OPEN, now);
        }
        if (current.state == State.HALF_OPEN && probesOut < rule.probes()) {
            probesOut++;
            return current;
        }
        return null;
    }

    private synchronized void count(Counted under, long now, long took, boolean isFailed) {
        if (under != current) {
            return;
        }
        boolean isSlow = rule.slow() > 0 && took > rule.slowAfter().toNanos();
        if (under.state == State.HALF_OPEN) {
            countProbe(now, isFailed, isSlow);
            return;
        }
        advance(now);
        int at = (int) Math.floorMod(slice, (long) SLICES);
        calls[at]++;
        allCalls++;
        if (isFailed) {
            failed[at]++;
            allFailed++;
        }
        if (isSlow) {
            slow[at]++;
            allSlow++;
        }
        if (allCalls >= rule.minimumCalls() && isBad(allFailed, allSlow, allCalls)) {
            turn(State.OPEN, now);
        }
    }

    private void countProbe(long now, boolean isFailed, boolean isSlow) {
        probesBack++;
        probesFailed += isFailed ? 1 : 0;
        probesSlow += isSlow ? 1 : 0;
        if (isBad(probesFailed, probesSlow, rule.probes())) {
            turn(State.OPEN, now);
        } else if (probesBack >= rule.probes()) {
            turn(State.CLOSED, now);
        }
    }

    private synchronized void forget(Counted under) {
        if (under == current && under.state == State.HALF_OPEN) {
            probesOut--;
        }
    }

    private boolean isBad(int failures, int slowCalls, int of) {
        return (rule.failures() > 0 && failures >= rule.failures() * of)
                || (rule.slow() > 0 && slowCalls >= rule.slow() * of);
    }

    private void turn(State state, long now) {
        since = now;
        probesOut = 0;
        probesBack = 0;
        probesFailed = 0;
        probesSlow = 0;
        java.util.Arrays.fill(calls, 0);
        java.util.Arrays.fill(failed, 0);
        java.util.Arrays.fill(slow, 0);
        allCalls = 0;
        allFailed = 0;
        allSlow = 0;
        current = new Counted(state);
    }

    private void advance(long now) {
        long to = Math.floorDiv(now, sliceNanos);
        long steps = Math.min(SLICES, to - slice);
        for (long i = 1; i <= steps; i++) {
            int at = (int) Math.floorMod(to - steps + i, (long) SLICES);
            allCalls -= calls[at];
            allFailed -= failed[at];
            allSlow -= slow[at];
            calls[at] = 0;
            failed[at] = 0;
            slow[at] = 0;
        }
        slice = Math.max(slice, to);
    }
}
