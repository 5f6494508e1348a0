package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class KeptTest {
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final SettableClock clock = new SettableClock(Instant.EPOCH);
    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void itIsReadOnceInItsTimeHoweverOftenItIsAskedFor() {
        Kept<Integer> kept = new Kept<>(clock, FRESH, reads::incrementAndGet);
        assertThat(kept.get()).isEqualTo(1);
        clock.advance(FRESH);
        assertThat(kept.get()).isEqualTo(1);
        clock.advance(Duration.ofNanos(1));
        assertThat(kept.get()).isEqualTo(2);
        assertThat(kept.get()).isEqualTo(2);
    }

    @Test
    void whatCouldNotBeReadIsReadAgain() {
        Kept<Integer> kept =
                new Kept<>(
                        clock,
                        FRESH,
                        () -> {
                            if (reads.incrementAndGet() == 1) {
                                throw new IllegalStateException("not now");
                            }
                            return reads.get();
                        });
        assertThatThrownBy(kept::get).hasMessage("not now");
        assertThat(kept.get()).isEqualTo(2);
    }
}
