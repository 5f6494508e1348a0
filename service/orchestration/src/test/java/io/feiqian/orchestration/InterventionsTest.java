package io.feiqian.orchestration;

import static io.feiqian.orchestration.TestEngine.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bad input, limits, and what operators do, over a real PostgreSQL. */
@Timeout(120)
final class InterventionsTest extends PurseBank {
    @Test
    void whatIsWrongWithAStartHasItsCodeAndBeginsNothing() {
        assertThat(code("nothing", "{}")).isEqualTo(OutcomeCode.UNKNOWN_DEFINITION);
        assertThat(code("transfer", "{")).isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(code("transfer", "[]")).isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(code("transfer", "{\"from\": \"a\", \"to\": \"b\"}"))
                .isEqualTo(OutcomeCode.MISSING_FIELD);
        assertThat(code("transfer", transfer("a", "b", 1).replace("}", ", \"x\": 1}")))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
        assertThat(code("transfer", transfer("a", "x".repeat(70_000), 1)))
                .isEqualTo(OutcomeCode.BODY_TOO_LARGE);
        assertThat(code("transfer", transfer("a", "\\u0000", 1)))
                .isEqualTo(OutcomeCode.INVALID_TEXT);
        one.clock.advance(Duration.ofDays(91));
        assertThat(code("transfer", transfer("a", "b", 1))).isEqualTo(OutcomeCode.TRACE_EXPIRED);
        assertThat(calls).isEmpty();
        assertThat(one.queries().countOpen()).isEmpty();
    }

    @Test
    void aDefinitionOfUnknownServicesIsRefused() {
        Definition unknown =
                Definition.named("unknown", 1).steps(Step.call("ask", "who.knows").readOnly());

        assertThat(Flaws.of(() -> one.engine.register(unknown)))
                .extracting(Flaw::code, Flaw::place)
                .containsExactly(tuple(Flaw.Code.UNKNOWN_SERVICE, "ask"));
    }

    @Test
    void anAnswerThatCannotBeUsedIsReversed() {
        one.services.put(
                "loud",
                call -> {
                    get(purses.call(call));
                    return CompletableFuture.completedStage(
                            StepOutcome.accepted("\"" + "x".repeat(70_000) + "\""));
                });
        one.services.put(
                "garbled",
                call -> {
                    get(purses.call(call));
                    return CompletableFuture.completedStage(StepOutcome.accepted("{"));
                });
        for (String service : List.of("loud", "garbled")) {
            one.engine.register(
                    Definition.named(service, 1)
                            .inputs("to", "amount")
                            .steps(
                                    Step.call("ask", service)
                                            .output("said")
                                            .reverse("purses.back")));
        }
        String input = "{\"to\": \"b\", \"amount\": 5}";

        assertThat(failure("loud", input)).isEqualTo(Failure.OUTPUT_TOO_LARGE);
        assertThat(failure("garbled", input)).isEqualTo(Failure.OUTPUT_MALFORMED);
        assertThat(purses.balance("b")).isZero();
    }

    @Test
    void moreOpenOnesThanTheLimitAreRefusedEarlyAndThePlaceComesBack() {
        CompletableFuture<StepOutcome> answer = new CompletableFuture<>();
        try (TestEngine small =
                new TestEngine(database, "small", TestEngine.QUICK.withMostOpen(1))) {
            serve(small);
            small.services.put("wait", call -> answer);
            small.engine.register(
                    Definition.named("wait", 1).steps(Step.call("wait", "wait").readOnly()));
            Begun first = small.engine.begin(TestEngine.trace(), "wait", "{}");
            Begun second = small.engine.begin(TestEngine.trace(), "wait", "{}");

            assertThat(get(second.started()).code()).isEqualTo(OutcomeCode.OVERLOADED);
            answer.complete(StepOutcome.accepted());
            assertThat(get(first.ended()).isCompleted()).isTrue();
            assertThat(
                            get(small.engine.begin(TestEngine.trace(), "wait", "{}").ended())
                                    .isCompleted())
                    .isTrue();
        }
    }

    @Test
    void operatorsCountSearchSuspendResumeAndCompensateFromAnyInstance() {
        CompletableFuture<StepCall> reached = new CompletableFuture<>();
        one.services.put(
                "purses.add",
                call -> {
                    if (call.number().step().equals("credit")) {
                        reached.complete(call);
                        return new CompletableFuture<>();
                    }
                    return purses.call(call);
                });
        TraceNumber trace = TestEngine.trace();
        Begun begun = one.engine.begin(trace, "transfer", transfer("a", "b", 30));
        get(reached);

        try (TestEngine two = engine("two")) {
            Interventions hands = two.engine.interventions();
            assertThat(two.queries().countOpen())
                    .containsExactly(
                            new OrchestrationQueries.Count(
                                    "transfer", 1, OrchestrationPhase.FORWARD, false, 1));
            assertThat(two.queries().search(OrchestrationQueries.Filter.open(10)))
                    .extracting(OrchestrationRow::trace)
                    .containsExactly(trace);
            assertThat(
                            two.queries()
                                    .search(
                                            OrchestrationQueries.Filter.open(10)
                                                    .olderThan(Duration.ofHours(1))))
                    .isEmpty();
            assertThat(hands.suspend(trace, "", "why").code())
                    .isEqualTo(OutcomeCode.OPERATOR_REQUIRED);
            assertThat(hands.close(trace, "ann", "why").code())
                    .isEqualTo(OutcomeCode.NOT_TO_BE_RESOLVED);
            assertThat(hands.suspend(TestEngine.trace(), "ann", "why").code())
                    .isEqualTo(OutcomeCode.UNKNOWN_TRANSACTION);
            assertThat(hands.suspend(trace, "ann", "look first")).isEqualTo(Outcome.accepted());
            assertThat(two.engine.find(trace).orElseThrow().suspended()).isTrue();
            assertThat(hands.compensate(trace, "ann", "customer gave up"))
                    .isEqualTo(Outcome.accepted());
            assertThat(two.engine.find(trace).orElseThrow().phase())
                    .isEqualTo(OrchestrationPhase.COMPENSATING);
            assertThat(hands.resume(trace, "ann", "go")).isEqualTo(Outcome.accepted());
            OrchestrationResult result = get(two.engine.await(trace));

            assertThat(result.phase()).isEqualTo(OrchestrationPhase.COMPENSATED);
            assertThat(result.failure().orElseThrow().code()).isEqualTo(Failure.FORCED);
            assertThat(purses.balance("a")).isEqualTo(100);
            // The call that nobody answered may still come: the reversal has left its mark.
            assertThat(get(purses.call(get(reached)))).isInstanceOf(StepOutcome.Refused.class);
            assertThat(purses.balance("b")).isZero();
            assertThat(hands.compensate(trace, "ann", "again").code())
                    .isEqualTo(OutcomeCode.NOT_REVERSIBLE);
        }
        assertThat(begun.ended().toCompletableFuture().isDone()).isFalse();
    }

    @Test
    void whatPausesForLongIsTriedAtOnceWhenAnOperatorWantsIt() {
        List<StepCall> asked = Collections.synchronizedList(new ArrayList<>());
        one.services.put(
                "moody",
                call -> {
                    asked.add(call);
                    return CompletableFuture.completedStage(
                            asked.size() == 1
                                    ? StepOutcome.unknown("busy")
                                    : StepOutcome.accepted());
                });
        one.engine.register(
                Definition.named("moody", 1)
                        .steps(
                                Step.call("ask", "moody")
                                        .readOnly()
                                        .retry(retry ->
                                                retry.withPauses(
                                                        Duration.ofHours(1),
                                                        Duration.ofHours(2)))));
        TraceNumber trace = TestEngine.trace();
        Begun begun = one.engine.begin(trace, "moody", "{}");
        until(() ->
                one.engine.find(trace).stream()
                        .flatMap(row -> row.records().stream())
                        .anyMatch(step -> step.attempts() == 1));

        StepRecord vain = one.engine.find(trace).orElseThrow().records().get(0);
        assertThat(vain.message()).isEqualTo("busy");
        assertThat(one.engine.interventions().retryNow(trace, "ann", "the service is back"))
                .isEqualTo(Outcome.accepted());
        assertThat(get(begun.ended()).isCompleted()).isTrue();
        assertThat(asked).extracting(StepCall::attempt).containsExactly(1, 2);
    }

    @Test
    void whatFailsBehindThePointOfNoReturnStopsAndWaitsForAnOperator() {
        one.engine.register(
                Definition.named("late", 1)
                        .inputs("to", "amount")
                        .steps(
                                Step.call("send", "purses.add").pointOfNoReturn(),
                                Step.assign("wrong", "x", "amount + to")));
        TraceNumber trace = TestEngine.trace();

        OrchestrationResult result =
                get(one.engine.begin(trace, "late", "{\"to\": \"b\", \"amount\": 5}").ended());

        assertThat(result.phase()).isEqualTo(OrchestrationPhase.STOPPED);
        assertThat(one.alarms).first().asString().startsWith("STOPPED");
        Interventions hands = one.engine.interventions();
        assertThat(hands.compensate(trace, "ann", "please").code())
                .isEqualTo(OutcomeCode.NOT_REVERSIBLE);
        assertThat(hands.close(trace, "ann", "booked by hand")).isEqualTo(Outcome.accepted());
        assertThat(one.engine.find(trace).orElseThrow().phase())
                .isEqualTo(OrchestrationPhase.CLOSED);
        assertThat(purses.balance("b")).isEqualTo(5);
    }

    @Test
    void aReversalThatIsRefusedRaisesAnAlarmAndAnOperatorMayDoItByHand() {
        one.services.put(
                "stubborn",
                call ->
                        CompletableFuture.completedStage(
                                StepOutcome.refused("ACCOUNT_CLOSED", "gone")));
        one.engine.register(
                Definition.named("stubborn", 1)
                        .inputs("to", "amount")
                        .steps(
                                Step.call("before", "purses.add").reverse("purses.back"),
                                Step.call("add", "purses.add")
                                        .reverse("stubborn")
                                        .retry(PurseBank::quick),
                                Step.call("fail", "stubborn").reverse("purses.back")));
        TraceNumber trace = TestEngine.trace();
        Begun begun = one.engine.begin(trace, "stubborn", "{\"to\": \"b\", \"amount\": 5}");
        until(() -> !one.alarms.isEmpty());

        assertThat(one.alarms).first().asString().startsWith("REVERSAL_REFUSED");
        assertThat(
                        one.engine
                                .interventions()
                                .reversedByHand(
                                        trace,
                                        StepNumber.parse("1:add"),
                                        "ann",
                                        "correcting entry 17 booked"))
                .isEqualTo(Outcome.accepted());
        assertThat(get(begun.ended()).phase()).isEqualTo(OrchestrationPhase.COMPENSATED);
        assertThat(purses.balance("b")).isEqualTo(5);
    }

    @Test
    void finishedOnesGoAfterTheirTimeAndOpenOnesNever() {
        CompletableFuture<StepCall> reached = new CompletableFuture<>();
        one.services.put(
                "wait",
                call -> {
                    reached.complete(call);
                    return new CompletableFuture<>();
                });
        one.engine.register(
                Definition.named("wait", 1).steps(Step.call("wait", "wait").readOnly()));
        TraceNumber finished = TestEngine.trace();
        TraceNumber open = TestEngine.trace();
        get(one.engine.begin(finished, "transfer", transfer("a", "b", 30)).ended());
        one.engine.begin(open, "wait", "{}");
        get(reached);

        one.clock.advance(Duration.ofDays(90));
        assertThat(one.engine.clean()).isZero();
        one.clock.advance(Duration.ofDays(2));
        assertThat(one.engine.clean()).isEqualTo(1);

        assertThat(one.engine.find(finished)).isEmpty();
        assertThat(one.engine.find(open)).isPresent();
        assertThat(
                        get(one.engine
                                        .begin(finished, "transfer", transfer("a", "b", 30))
                                        .started())
                                .code())
                .isEqualTo(OutcomeCode.TRACE_EXPIRED);
    }

    private OutcomeCode code(String definition, String input) {
        return get(one.engine.begin(TestEngine.trace(), definition, input).started()).code();
    }

    private String failure(String definition, String input) {
        return get(one.engine.begin(TestEngine.trace(), definition, input).ended())
                .failure()
                .orElseThrow()
                .code();
    }
}
