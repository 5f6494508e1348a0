package io.feiqian.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.orchestration.MemoryStore.Fate;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.orchestration.spi.StepService;
import io.feiqian.orchestration.spi.StepServices;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the driver does when its writes are slow, lost, or overtaken. On one thread. */
final class DriveTest {
    private static final Definition TWO =
            Saga.named("two", 1).step("a", "do", "undo").step("b", "do", "undo").definition();

    private final SettableClock clock = new SettableClock(TestEngine.NOW);
    private final ManualTimer timer = new ManualTimer(clock);
    private final MemoryStore store = new MemoryStore();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, CompletableFuture<StepOutcome>> answers = new HashMap<>();
    private final TraceNumber trace = TestEngine.trace();
    private Orchestrations engine;
    private Begun begun;

    @BeforeEach
    void begin() {
        StepService service =
                call -> {
                    calls.add(call.direction() + " " + call.number());
                    return answers.computeIfAbsent(
                            call.number().toString(), key -> new CompletableFuture<>());
                };
        engine =
                Orchestrations.open(
                        "me",
                        store,
                        StepServices.of(Map.of("do", service, "undo", service)),
                        new Orchestrations.Host(
                                Runnable::run, timer, clock, (kind, number, message) -> {}),
                        OrchestrationSettings.DEFAULT);
        engine.register(TWO);
        begun = engine.begin(trace, "two", "{}");
        assertThat(calls).containsExactly("FORWARD 1:a");
    }

    @Test
    void theNextStepIsNotCalledBeforeTheOutcomeOfTheLastIsDurable() {
        store.fate = Fate.HELD;
        accept("1:a");
        assertThat(calls).hasSize(1);

        store.release();
        assertThat(calls).containsExactly("FORWARD 1:a", "FORWARD 1:b");
    }

    @Test
    void theEndIsNotToldBeforeItIsDurable() {
        accept("1:a");
        store.fate = Fate.HELD;
        accept("1:b");
        assertThat(ended().isDone()).isFalse();

        store.release();
        assertThat(ended().join().isCompleted()).isTrue();
    }

    @Test
    void itsPlaceIsFreeBeforeTheEndIsTold() {
        List<Integer> driven = new ArrayList<>();
        CompletableFuture<Void> told = ended().thenRun(() -> driven.add(engine.driving()));
        accept("1:a");
        accept("1:b");

        assertThat(told).isCompleted();
        assertThat(driven).containsExactly(0);
    }

    @Test
    void whatOvertookAnOutcomeWinsAndTheOutcomeIsForgotten() {
        store.fate = Fate.HELD;
        accept("1:a");
        // Meanwhile another instance has it: nothing more is called here.
        store.give(trace, "other");
        store.release();

        assertThat(calls).hasSize(1);
        assertThat(engine.driving()).isZero();
        assertThat(ended().join().phase()).isEqualTo(OrchestrationPhase.FORWARD);
    }

    @Test
    void aWriteThatIsLostIsMadeAgainFromTheRowsAfterAPause() {
        store.fate = Fate.LOST;
        accept("1:a");
        assertThat(calls).hasSize(1);
        store.fate = Fate.MADE;
        timer.advance(Duration.ofMillis(50));

        // The same question, which the service knows, and then the next.
        assertThat(calls).containsExactly("FORWARD 1:a", "FORWARD 1:a", "FORWARD 1:b");
    }

    @Test
    void aWriteThatWasMadeUnheardIsFoundInTheRows() {
        store.fate = Fate.MADE_UNHEARD;
        accept("1:a");
        store.fate = Fate.MADE;
        timer.advance(Duration.ofMillis(50));

        assertThat(calls).containsExactly("FORWARD 1:a", "FORWARD 1:b");
    }

    @Test
    void whileTheDatabaseIsAwayServicesAreCalledNoMoreThanThePausesAllow() {
        store.fate = Fate.LOST;
        accept("1:a");
        timer.advance(Duration.ofSeconds(60));

        assertThat(calls).hasSizeLessThan(25).containsOnly("FORWARD 1:a");
        assertThat(engine.driving()).isOne();
    }

    @Test
    void aServiceThatAnswersTooLateIsStillHeard() {
        timer.advance(Duration.ofSeconds(6));
        accept("1:a");

        assertThat(calls).containsExactly("FORWARD 1:a", "FORWARD 1:b");
    }

    private void accept(String number) {
        answers.computeIfAbsent(number, key -> new CompletableFuture<>())
                .complete(StepOutcome.accepted());
    }

    private CompletableFuture<OrchestrationResult> ended() {
        return begun.ended().toCompletableFuture();
    }
}
