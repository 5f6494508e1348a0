package io.feiqian.storage;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Supplier;

/** What the grouped form counts: per batch, not per work, so that it costs nothing. */
final class CommitMetrics {
    private final MeterRegistry registry;
    private final DistributionSummary size;
    private final Timer time;
    private final Counter unknown;

    CommitMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.size =
                DistributionSummary.builder("feiqian.commit.batch.size")
                        .description("works in one grouped database transaction")
                        .register(registry);
        this.time =
                Timer.builder("feiqian.commit.batch.time")
                        .description("from the first statement to the durable commit")
                        .register(registry);
        this.unknown =
                Counter.builder("feiqian.commit.unknown")
                        .description("works answered UNKNOWN")
                        .register(registry);
    }

    void waiting(Supplier<Number> works) {
        io.micrometer.core.instrument.Gauge.builder("feiqian.commit.waiting", works)
                .description("works that wait for a grouped transaction")
                .register(registry);
    }

    void batch(int works, long nanos) {
        size.record(works);
        time.record(Duration.ofNanos(nanos));
    }

    void unknown() {
        unknown.increment();
    }

    void fault(String kind) {
        Counter.builder("feiqian.commit.faults")
                .description("failures of grouped transactions by kind")
                .tag("kind", kind)
                .register(registry)
                .increment();
    }
}
