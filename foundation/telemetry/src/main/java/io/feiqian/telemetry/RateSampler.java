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
    private final Clock clock;

    /**
     * The moment up to which traces are used up; it runs ahead of the clock by a second at most.
     */
    private final AtomicLong usedUntil;

    RateSampler(int perSecond, Clock clock) {
        this.perTrace = SECOND / perSecond;
        this.clock = clock;
        this.usedUntil = new AtomicLong(clock.nanos() - SECOND);
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
            // What was not used within a second is not saved up.
            long next = (used - (now - SECOND) < 0 ? now - SECOND : used) + perTrace;
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
