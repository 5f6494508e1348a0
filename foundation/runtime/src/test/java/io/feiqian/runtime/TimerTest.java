package io.feiqian.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class TimerTest {
    @Test
    void aManualTimerRunsWhatIsDueInOrderOfTime() {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        try (ManualTimer timer = new ManualTimer(clock)) {
            List<String> ran = new ArrayList<>();
            timer.after(Duration.ofSeconds(2), () -> ran.add("second"));
            timer.after(
                    Duration.ofSeconds(1),
                    () -> {
                        ran.add("first");
                        timer.after(Duration.ZERO, () -> ran.add("added"));
                    });
            timer.after(Duration.ofSeconds(1), () -> ran.add("never")).cancel();
            timer.advance(Duration.ofMillis(999));
            assertThat(ran).isEmpty();
            timer.advance(Duration.ofSeconds(2));
            assertThat(ran).containsExactly("first", "second", "added");
        }
    }

    @Test
    void aPauseEndsWhenItsTimeHasPassedOrTheTimerIsClosed() throws Exception {
        ManualTimer timer = new ManualTimer(new SettableClock(Instant.EPOCH));
        CompletableFuture<Void> paused = CompletableFuture.runAsync(() -> pause(timer));
        while (timer.waiting() == 0) {
            Thread.onSpinWait();
        }
        timer.advance(Duration.ofHours(1));
        paused.get();
        CompletableFuture<Void> closedUnder = CompletableFuture.runAsync(() -> pause(timer));
        while (timer.waiting() == 0) {
            Thread.onSpinWait();
        }
        timer.close();
        closedUnder.get();
        timer.pause(Duration.ofHours(1));
    }

    @Test
    void theSystemTimerRunsAndPausesAndItsCloseEndsPauses() throws Exception {
        Timer timer = Timer.system("test-timer");
        CountDownLatch ran = new CountDownLatch(1);
        timer.after(Duration.ofMillis(1), ran::countDown);
        ran.await();
        timer.pause(Duration.ofMillis(1));
        CompletableFuture<Void> paused = CompletableFuture.runAsync(() -> pause(timer));
        timer.close();
        paused.get();
    }

    private static void pause(Timer timer) {
        try {
            timer.pause(Duration.ofHours(1));
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
