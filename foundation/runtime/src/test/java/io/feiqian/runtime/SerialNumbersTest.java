package io.feiqian.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SerialNumbersTest {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-03-02T08:00:00Z"));

    @Test
    void neverGivesANumberTwiceHoweverManyAreDrawnAtOnce() {
        SerialNumbers serials = new SerialNumbers(clock, Randomness.seeded(7));
        Set<Long> drawn = new HashSet<>();
        for (int i = 0; i < 300_000; i++) {
            drawn.add(serials.next());
        }
        assertThat(drawn).hasSize(300_000);
    }

    @Test
    void growsWithTimeAlsoFromOneProcessToAnother() {
        SerialNumbers earlier = new SerialNumbers(clock, Randomness.seeded(7));
        SerialNumbers later = new SerialNumbers(clock, Randomness.seeded(8));
        for (int i = 0; i < 100; i++) {
            long before = earlier.next();
            clock.advance(Duration.ofMillis(1));
            assertThat(later.next()).isBetween(before + 1, 999_999_999_999_999_999L);
        }
    }
}
