package io.feiqian.governance;

import io.feiqian.governance.spi.LoadSource;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Gives up the less important calls while there is too much. */
final class OverloadCheck extends Check implements Hold {
    static final long WINDOW_NANOS = 100_000_000L;

    private final Rule.Overload rule;
    private final LoadSource load;
    private final AtomicLong number = new AtomicLong();
    private volatile Shedding shedding = Shedding.NONE;
    private volatile long windowEnd;

    // Under the lock.
    private long sumNanos;
    private int calls;

    OverloadCheck(Policy policy, Rule.Overload rule, LoadSource load, long nowNanos) {
        super(policy);
        this.rule = rule;
        this.load = load;
        this.windowEnd = nowNanos + WINDOW_NANOS;
    }

    @Override
    @Nullable Decision judge(Admitted passage, int next) {
        long now = passage.clock().nanos();
        if (now - windowEnd >= 0) {
            measure(now);
        }
        double share = shedding.share(passage.call().priority());
        if (share > 0 && isGivenUp(share)) {
            return refuse(
                    OutcomeCode.OVERLOADED,
                    "too much load for calls of priority " + passage.call().priority(),
                    WINDOW_NANOS);
        }
        if (holds() > 0) {
            passage.hold(this);
        }
        counters.admitted.increment();
        return null;
    }

    @Override
    int holds() {
        return rule.latency().isZero() ? 0 : 1;
    }

    @Override
    public void ended(long nowNanos, long tookNanos, OutcomeCode outcome) {
        synchronized (this) {
            sumNanos += tookNanos;
            calls++;
        }
    }

    @Override
    public void abandoned() {
        // It says nothing about the load.
    }

    @Override
    String state() {
        return "gives up at level %.2f of 3".formatted(shedding.level());
    }

    /** Spread evenly and without chance: of any hundred calls, the share of them. */
    private boolean isGivenUp(double share) {
        double at = (number.getAndIncrement() * 0.6180339887498949) % 1.0;
        return at < share;
    }

    private synchronized void measure(long now) {
        long passed = now - windowEnd;
        if (passed < 0) {
            return;
        }
        double pressure = rule.cpu() > 0 ? load.cpu() / rule.cpu() : 0;
        if (!rule.latency().isZero() && calls > 0) {
            double mean = (double) sumNanos / calls;
            pressure = Math.max(pressure, mean / rule.latency().toNanos());
        }
        shedding = shedding.next(pressure, 1 + passed / WINDOW_NANOS);
        sumNanos = 0;
        calls = 0;
        windowEnd = now + WINDOW_NANOS;
    }
}
