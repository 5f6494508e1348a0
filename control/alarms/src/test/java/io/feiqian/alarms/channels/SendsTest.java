package io.feiqian.alarms.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nobody waits beyond the limit, and what hangs is few. */
@Timeout(60)
class SendsTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    @Test
    void sixteenAreOnTheirWayAndAFurtherOneIsNotDeliveredForNow() throws Exception {
        CountDownLatch started = new CountDownLatch(16);
        CountDownLatch go = new CountDownLatch(1);
        try (Sends sends = new Sends(LONG);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                all.add(
                        callers.submit(() -> {
                            sends.run(() -> {
                                started.countDown();
                                await(go);
                            });
                            return null;
                        }));
            }
            started.await();
            NotDelivered refused =
                    catchThrowableOfType(NotDelivered.class, () -> sends.run(() -> {}));
            assertThat(refused.permanent()).isFalse();
            assertThat(refused).hasMessage("sends under way: 16 (expected: fewer)");
            go.countDown();
            for (Future<?> each : all) {
                each.get();
            }
            sends.run(() -> {});
        }
    }

    @Test
    void aPlaceIsKeptAsLongAsWhatHangsInItHangs() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(16);
        try (Sends sends = new Sends(Duration.ofMillis(50))) {
            for (int i = 0; i < 16; i++) {
                assertThat(
                                catchThrowableOfType(
                                        NotDelivered.class,
                                        () ->
                                                sends.run(() -> {
                                                    deafly(go);
                                                    gone.countDown();
                                                })))
                        .hasMessage("answer: none (expected: within 50 ms)");
            }
            assertThat(catchThrowableOfType(NotDelivered.class, () -> sends.run(() -> {})))
                    .hasMessage("sends under way: 16 (expected: fewer)");
            go.countDown();
            gone.await();
        }
    }

    @Test
    void whoIsInterruptedStaysSo() throws Exception {
        try (Sends sends = new Sends(LONG)) {
            CompletableFuture<String> end = new CompletableFuture<>();
            CountDownLatch started = new CountDownLatch(1);
            Thread caller =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    sends.run(() -> {
                                        started.countDown();
                                        await(new CountDownLatch(1));
                                    });
                                } catch (NotDelivered failed) {
                                    end.complete(
                                            failed.getMessage()
                                                    + " "
                                                    + Thread.currentThread().isInterrupted());
                                }
                            });
            started.await();
            caller.interrupt();
            assertThat(end.get()).isEqualTo("interrupted while waiting for the answer true");
        }
    }

    @Test
    void nothingIsSentOnceClosed() {
        Sends sends = new Sends(LONG);
        sends.close();
        NotDelivered failed = catchThrowableOfType(NotDelivered.class, () -> sends.run(() -> {}));
        assertThat(failed.permanent()).isFalse();
        assertThat(failed).hasMessage("channels: closed (expected: open)");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** As a library waits that does not care for interruptions. */
    private static void deafly(CountDownLatch latch) {
        boolean waiting = true;
        while (waiting) {
            try {
                latch.await();
                waiting = false;
            } catch (InterruptedException ignored) {
                // Deaf.
            }
        }
    }
}
