package io.feiqian.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.orchestration.OrchestrationTable.Trigger;
import io.feiqian.orchestration.spi.OrchestrationAlarms;
import io.feiqian.orchestration.spi.StepCall.Direction;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OrchestrationProtocolTest {
    private static final Definition TWO =
            Saga.named("two", 4)
                    .step("a", "do-a", "undo-a")
                    .step("b", "do-b", "undo-b")
                    .definition();

    private final OrchestrationProtocol protocol = new OrchestrationProtocol(3, 1_000);
    private Definition definition = TWO;
    private OrchestrationState state = OrchestrationState.begun(Json.read("{}", 10));

    @Test
    @Requirement("D7.3-b")
    void everyPhaseThatIsNoEndLeadsSomewhereAndEndsLeadNowhere() {
        for (OrchestrationPhase phase : OrchestrationPhase.values()) {
            boolean leads =
                    Arrays.stream(Trigger.values())
                            .anyMatch(
                                    trigger -> OrchestrationTable.row(phase, trigger).isPresent());
            assertThat(leads).as(phase.name()).isEqualTo(!phase.isEnd());
            assertThat(OrchestrationTable.diagram()).contains(phase.name());
            assertThat(OrchestrationPhase.ofNumber(phase.number())).isEqualTo(phase);
        }
    }

    @Test
    void thePageShowsTheTableThatTheCodeRuns() throws IOException {
        // Surefire runs in the module's folder.
        assertThat(Files.readString(Path.of("../../docs/orchestration.md")))
                .contains(OrchestrationTable.diagram());
    }

    @Test
    void aStepIsCalledOnlyOnceTheOneBeforeItIsOnRecord() {
        assertThat(calls(on(new OrchestrationEvent.TakenUp()))).containsExactly("FORWARD 4:a 1");
        assertThat(calls(on(accepted("4:a", Direction.FORWARD)))).containsExactly("FORWARD 4:b 1");
        assertThat(on(accepted("4:b", Direction.FORWARD)))
                .containsExactly(new OrchestrationEffect.Tell());
        assertThat(state.phase()).isEqualTo(OrchestrationPhase.COMPLETED);
    }

    @Test
    void repeatedAndLateAnswersChangeNothing() {
        on(new OrchestrationEvent.TakenUp());
        on(accepted("4:a", Direction.FORWARD));
        OrchestrationState before = state;

        assertThat(on(accepted("4:a", Direction.FORWARD))).isEmpty();
        assertThat(on(refused("4:a", Direction.FORWARD))).isEmpty();
        assertThat(on(accepted("4:b~2", Direction.FORWARD))).isEmpty();
        assertThat(on(accepted("4:nothing", Direction.FORWARD))).isEmpty();
        assertThat(state.differsOnRecord(before)).isFalse();
    }

    @Test
    @Requirement("D7.1-b")
    void anOutcomeThatComesOnceCompensationHasBegunIsNotRecordedAndTheStepIsReversed() {
        on(new OrchestrationEvent.TakenUp());
        on(accepted("4:a", Direction.FORWARD));

        assertThat(calls(on(new OrchestrationEvent.Forced("enough"))))
                .containsExactly("REVERSE 4:b 1");
        assertThat(on(accepted("4:b", Direction.FORWARD))).isEmpty();
        assertThat(state.records().values())
                .extracting(StepRecord::standing)
                .containsExactly(StepStanding.DONE, StepStanding.ABANDONED);
        assertThat(calls(on(accepted("4:b", Direction.REVERSE)))).containsExactly("REVERSE 4:a 1");
        on(accepted("4:a", Direction.REVERSE));
        assertThat(state.phase()).isEqualTo(OrchestrationPhase.COMPENSATED);
    }

    @Test
    void aRefusalIsTriedAgainUnderTheNextSubNumberAndReversedUnderTheLast() {
        definition =
                Definition.named("again", 4)
                        .steps(
                                Step.call("a", "do").reverse("undo").retry(r -> r.withTries(2)),
                                Step.call("b", "do").reverse("undo"));
        on(new OrchestrationEvent.TakenUp());

        List<OrchestrationEffect> effects = on(refused("4:a", Direction.FORWARD));

        assertThat(effects)
                .containsExactly(
                        new OrchestrationEffect.Pause(
                                new Ask(StepNumber.parse("4:a~2"), Direction.FORWARD),
                                Duration.ofMillis(100)));
        assertThat(calls(on(due("4:a~2", Direction.FORWARD)))).containsExactly("FORWARD 4:a~2 1");
        on(accepted("4:a~2", Direction.FORWARD));
        assertThat(calls(on(refused("4:b", Direction.FORWARD)))).containsExactly("REVERSE 4:a~2 1");
    }

    @Test
    void whatOnlyGoesForwardIsTriedForEverWithGrowingPausesAndAnAlarm() {
        definition =
                Definition.named("forward", 4)
                        .steps(Step.call("a", "do").pointOfNoReturn().forward());
        on(new OrchestrationEvent.TakenUp());
        Duration last = Duration.ZERO;
        for (int round = 1; round <= 20; round++) {
            String number = round == 1 ? "4:a" : "4:a~" + round;
            List<OrchestrationEffect> effects = on(refused(number, Direction.FORWARD));
            assertThat(effects.stream().anyMatch(OrchestrationEffect.Alarm.class::isInstance))
                    .isEqualTo(round == 3);
            Duration pause =
                    effects.stream()
                            .filter(OrchestrationEffect.Pause.class::isInstance)
                            .map(each -> ((OrchestrationEffect.Pause) each).pause())
                            .findFirst()
                            .orElseThrow();
            assertThat(pause).isGreaterThanOrEqualTo(last);
            last = pause;
            on(due("4:a~" + (round + 1), Direction.FORWARD));
        }
        assertThat(last).isEqualTo(Duration.ofSeconds(10));
        assertThat(state.phase()).isEqualTo(OrchestrationPhase.FORWARD);
    }

    @Test
    void behindThePointOfNoReturnNothingIsReversedByAnybody() {
        definition =
                Definition.named("final", 4)
                        .steps(
                                Step.call("a", "do").reverse("undo"),
                                Step.call("b", "do").pointOfNoReturn(),
                                Step.call("c", "do").forward(),
                                Step.call("d", "do").readOnly().forward());
        on(new OrchestrationEvent.TakenUp());
        on(accepted("4:a", Direction.FORWARD));
        // The call may be under way: nobody knows whether it has passed.
        assertThat(protocol.canBeForced(definition, state)).isFalse();
        assertThat(on(new OrchestrationEvent.Forced("now"))).isEmpty();
        on(accepted("4:b", Direction.FORWARD));
        assertThat(on(new OrchestrationEvent.Forced("now"))).isEmpty();
        on(accepted("4:c", Direction.FORWARD));
        assertThat(on(new OrchestrationEvent.Forced("now"))).isEmpty();
        on(accepted("4:d", Direction.FORWARD));
        assertThat(state.phase()).isEqualTo(OrchestrationPhase.COMPLETED);
    }

    @Test
    void aRefusedPointOfNoReturnStillHasEverythingReversed() {
        definition =
                Definition.named("final", 4)
                        .steps(
                                Step.call("a", "do").reverse("undo"),
                                Step.call("b", "do").pointOfNoReturn());
        on(new OrchestrationEvent.TakenUp());
        on(accepted("4:a", Direction.FORWARD));

        assertThat(calls(on(refused("4:b", Direction.FORWARD)))).containsExactly("REVERSE 4:a 1");
    }

    @Test
    void aSuspendedOneRecordsAnswersAndCallsNothingUntilItIsResumed() {
        on(new OrchestrationEvent.TakenUp());
        on(new OrchestrationEvent.Suspended());

        assertThat(on(accepted("4:a", Direction.FORWARD))).isEmpty();
        assertThat(on(new OrchestrationEvent.TakenUp())).isEmpty();
        assertThat(calls(on(new OrchestrationEvent.Resumed()))).containsExactly("FORWARD 4:b 1");
    }

    @Test
    void aLoopThatDoesNotEndAndValuesThatGrowWithoutEndAreFailures() {
        definition =
                Definition.named("loop", 4)
                        .steps(Step.loop("l", "true", 3, "i", Step.assign("x", "v", "i")));
        on(new OrchestrationEvent.TakenUp());
        assertThat(state.failure().orElseThrow().code()).isEqualTo(Failure.LOOP_LIMIT);

        state = OrchestrationState.begun(Json.read("{}", 10));
        definition =
                Definition.named("grow", 4)
                        .steps(
                                Step.assign("start", "v", "[1]"),
                                Step.loop(
                                        "l",
                                        "i < 1000",
                                        1_000,
                                        "i",
                                        Step.assign("x", "v", "[v, v]")));
        on(new OrchestrationEvent.TakenUp());
        assertThat(state.failure().orElseThrow().code()).isEqualTo(Failure.VALUE_TOO_LARGE);

        state = OrchestrationState.begun(Json.read("{}", 10));
        definition =
                Definition.named("long", 4)
                        .steps(
                                Step.loop(
                                        "l",
                                        "i < 1000",
                                        1_000,
                                        "i",
                                        Step.loop(
                                                "m",
                                                "j < 1000",
                                                1_000,
                                                "j",
                                                Step.assign("x", "v", "j"))));
        on(new OrchestrationEvent.TakenUp());
        assertThat(state.failure().orElseThrow().code()).isEqualTo(Failure.TOO_MANY_STEPS);
        assertThat(state.phase()).isEqualTo(OrchestrationPhase.COMPENSATED);
    }

    @Test
    void aReversalThatIsNotAnsweredIsRepeatedForEver() {
        on(new OrchestrationEvent.TakenUp());
        on(accepted("4:a", Direction.FORWARD));
        on(refused("4:b", Direction.FORWARD));
        for (int attempt = 1; attempt <= 10; attempt++) {
            List<OrchestrationEffect> effects = on(unknown("4:a", Direction.REVERSE, attempt));
            assertThat(
                            effects.stream()
                                    .filter(OrchestrationEffect.Alarm.class::isInstance)
                                    .map(each -> ((OrchestrationEffect.Alarm) each).kind()))
                    .isEqualTo(
                            attempt == 3
                                    ? List.of(OrchestrationAlarms.Kind.UNANSWERED)
                                    : List.of());
            assertThat(calls(on(due("4:a", Direction.REVERSE))))
                    .containsExactly("REVERSE 4:a " + (attempt + 1));
        }
    }

    private List<OrchestrationEffect> on(OrchestrationEvent event) {
        Transition transition = protocol.step(definition, state, event);
        state = transition.state();
        return transition.effects();
    }

    private static List<String> calls(List<OrchestrationEffect> effects) {
        return effects.stream()
                .filter(OrchestrationEffect.Call.class::isInstance)
                .map(OrchestrationEffect.Call.class::cast)
                .map(call ->
                        "%s %s %d"
                                .formatted(
                                        call.ask().direction(),
                                        call.ask().number(),
                                        call.attempt()))
                .toList();
    }

    private static OrchestrationEvent accepted(String number, Direction direction) {
        return answered(number, direction, 1, StepOutcome.accepted());
    }

    private static OrchestrationEvent refused(String number, Direction direction) {
        return answered(number, direction, 1, StepOutcome.refused("NO", "no"));
    }

    private static OrchestrationEvent unknown(String number, Direction direction, int attempt) {
        return answered(number, direction, attempt, StepOutcome.unknown("silence"));
    }

    private static OrchestrationEvent answered(
            String number, Direction direction, int attempt, StepOutcome outcome) {
        return new OrchestrationEvent.Answered(
                new Ask(StepNumber.parse(number), direction), attempt, outcome);
    }

    private static OrchestrationEvent due(String number, Direction direction) {
        return new OrchestrationEvent.RetryDue(new Ask(StepNumber.parse(number), direction));
    }
}
