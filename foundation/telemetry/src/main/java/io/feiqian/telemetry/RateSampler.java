package io.feiqian.telemetry;

import io.feiqian.runtime.Clock;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Records so many traces a second and no more, however many begin: the cost of telemetry has a
 * bound, and a quiet system is recorded whole. Thread-safe.
 */
final class RateSampler implements Sampler {
    private static final long SECOND = 1_000_000_000L;

    private final Clock clock;
    private volatile Rate rate;

    /** The moment up to which traces are used up; it lags behind the clock by what is saved up. */
    private final AtomicLong usedUntil;

    /**
     * How much of a second a trace takes.
     *
     * @param perTrace nanoseconds; 0 where all are recorded
     * @param saved the most nanoseconds that a pause saves up
     */
    private record Rate(long perTrace, long saved) {
        static Rate of(int perSecond) {
            long perTrace = perSecond == 0 ? 0 : SECOND / perSecond;
            // A tenth of a second's, or one: what comes at once is recorded, and not twice as many.
            return new Rate(perTrace, Math.max(perTrace, SECOND / 10));
        }
    }

    /** Records so many a second; 0 for all. */
    RateSampler(int perSecond, Clock clock) {
        this.rate = Rate.of(perSecond);
        this.clock = clock;
        this.usedUntil = new AtomicLong(clock.nanos() - rate.saved());
    }

    /** Records so many a second from now on; 0 for all. */
    void allow(int perSecond) {
        rate = Rate.of(perSecond);
    }

    @Override
    public SamplingResult shouldSample(
            Context parent,
            String traceId,
            String name,
            SpanKind kind,
            Attributes attributes,
            List<LinkData> links) {
        return isLeft() ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }

    private boolean isLeft() {
        Rate allowed = rate;
        if (allowed.perTrace() == 0) {
            return true;
        }
        long now = clock.nanos();
        while (true) {
            long used = usedUntil.get();
            long earliest = now - allowed.saved();
            long next = (used - earliest < 0 ? earliest : used) + allowed.perTrace();
            if (next - now > 0) {
                return false;
            }
            if (usedUntil.compareAndSet(used, next)) {
                return true;
            }
        }
    }

    @Override
    public String getDescription() {
        long perTrace = rate.perTrace();
        return perTrace == 0
                ? "RateSampler{all}"
                : "RateSampler{" + SECOND / perTrace + " a second}";
    }
}
