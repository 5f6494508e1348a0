package io.feiqian.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.SettableClock;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateSamplerTest {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T00:00:00Z"));

    @Test
    void noMoreAreRecordedThanASecondAllowsHoweverManyBeginAndAfterWhateverPause() {
        RateSampler sampler = new RateSampler(100, clock);
        assertThat(recorded(sampler, 1_000)).isEqualTo(10);
        clock.advance(Duration.ofHours(1));
        int within = 0;
        for (int i = 0; i < 1_000; i++) {
            within += recorded(sampler, 50);
            clock.advance(Duration.ofMillis(1));
        }
        assertThat(within).isBetween(100, 110);
    }

    @Test
    void whatBeginsSeldomIsRecordedWhole() {
        RateSampler sampler = new RateSampler(1, clock);
        for (int i = 0; i < 20; i++) {
            assertThat(recorded(sampler, 1)).isEqualTo(1);
            clock.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void theRateChangesAtOnceAndAllCanBeRecorded() {
        RateSampler sampler = new RateSampler(1, clock);
        assertThat(recorded(sampler, 100)).isEqualTo(1);
        sampler.allow(0);
        assertThat(recorded(sampler, 100)).isEqualTo(100);
        sampler.allow(100);
        clock.advance(Duration.ofHours(1));
        assertThat(recorded(sampler, 1_000)).isEqualTo(10);
        sampler.allow(10);
        clock.advance(Duration.ofSeconds(1));
        assertThat(recorded(sampler, 1_000)).isEqualTo(1);
    }

    private static int recorded(RateSampler sampler, int begun) {
        int recorded = 0;
        for (int i = 0; i < begun; i++) {
            SamplingDecision decision =
                    sampler.shouldSample(
                                    Context.root(),
                                    "4bf92f3577b34da6a3ce929d0e0e4736",
                                    "transfer",
                                    SpanKind.SERVER,
                                    Attributes.empty(),
                                    List.of())
                            .getDecision();
            recorded += decision == SamplingDecision.RECORD_AND_SAMPLE ? 1 : 0;
        }
        return recorded;
    }
}
