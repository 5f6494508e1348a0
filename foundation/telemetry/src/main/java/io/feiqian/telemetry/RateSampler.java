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

    private final long perTrace;
    private final long saved;
    private final Clock clock;

    /** The moment up to which traces are used up; it lags behind the clock by what is saved up. */
    private final AtomicLong usedUntil;

    RateSampler(int perSecond, Clock clock) {
        this.perTrace = SECOND / perSecond;
        this.clock = clock;
        // A tenth of a second's, or one: what comes at once is recorded, and not twice as many.
        this.saved = Math.max(perTrace, SECOND / 10);
        this.usedUntil = new AtomicLong(clock.nanos() - saved);
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
        long now = clock.nanos();
        while (true) {
            long used = usedUntil.get();
            long next = (used - (now - saved) < 0 ? now - saved : used) + perTrace;
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
        return "RateSampler{" + SECOND / perTrace + " a second}";
    }
}
