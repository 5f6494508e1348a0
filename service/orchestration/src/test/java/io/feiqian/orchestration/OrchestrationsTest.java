package io.feiqian.orchestration;

import static io.feiqian.orchestration.TestEngine.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine over a real PostgreSQL. */
@Timeout(120)
final class OrchestrationsTest extends PurseBank {
    @Test
    @Requirement({"D6.4-a", "D6.4-e"})
    void stepsRunOneAfterTheOtherUnderOneTraceNumberWithASubNumberEach() {
        TraceNumber trace = TestEngine.trace();

        Begun begun = one.engine.begin(trace, "transfer", transfer("a", "b", 30));

        assertThat(get(begun.started()).isAccepted()).isTrue();
        assertThat(get(begun.ended()).isCompleted()).isTrue();
        assertThat(purses.balance("a")).isEqualTo(70);
        assertThat(purses.balance("b")).isEqualTo(30);
        assertThat(calls)
                .extracting(call -> call.trace() + " " + call.number())
                .containsExactly(trace + " 1:debit", trace + " 1:fee", trace + " 1:credit");
        OrchestrationRow row = one.engine.find(trace).orElseThrow();
        assertThat(row.phase()).isEqualTo(OrchestrationPhase.COMPLETED);
        assertThat(row.finishedAt()).isPresent();
        assertThat(row.records()).hasSize(3);
        assertThat(one.engine.driving()).isZero();
    }

    @Test
    @Requirement({"B11.2-a", "D7.1-b"})
    void aStepThatIsRefusedHasWhatWasDoneReversedNewestFirst() {
        TraceNumber trace = TestEngine.trace();

        OrchestrationResult result =
                get(one.engine.begin(trace, "transfer", transfer("a", "nobody", 30)).ended());

        assertThat(result.phase()).isEqualTo(OrchestrationPhase.COMPENSATED);
        assertThat(result.failure().orElseThrow().code()).isEqualTo("PURSE_EMPTY");
        assertThat(result.failure().orElseThrow().step()).isEqualTo("credit");
        assertThat(purses.balance("a")).isEqualTo(100);
        assertThat(purses.balance("fees")).isZero();
        assertThat(calls)
                .extracting(call -> call.direction() + " " + call.number())
                .containsExactly(
                        "FORWARD 1:debit",
                        "FORWARD 1:fee",
                        "FORWARD 1:credit",
                        "REVERSE 1:fee",
                        "REVERSE 1:debit");
    }

    @Test
    void theSameTraceNumberFindsWhatWasBegunAndOtherContentIsRefused() {
        TraceNumber trace = TestEngine.trace();
        get(one.engine.begin(trace, "transfer", transfer("a", "b", 30)).ended());

        Begun again = one.engine.begin(trace, "transfer", transfer("a", "b", 30));
        Begun other = one.engine.begin(trace, "transfer", transfer("a", "b", 31));

        assertThat(get(again.started()).isAccepted()).isTrue();
        assertThat(get(again.ended()).isCompleted()).isTrue();
        assertThat(get(other.started()).code()).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
        assertThat(purses.balance("b")).isEqualTo(30);
    }

    @Test
    @Requirement("P6.3.3-a.1")
    void anUnknownOutcomeIsAskedAgainForEverWithTheSameSubNumberAndAnOperatorIsTold() {
        List<StepCall> asked = Collections.synchronizedList(new ArrayList<>());
        one.services.put(
                "slow",
                call -> {
                    asked.add(call);
                    if (asked.size() < 12) {
                        throw new IllegalStateException("connection lost");
                    }
                    return CompletableFuture.completedStage(StepOutcome.accepted());
                });
        one.engine.register(
                Definition.named("slow", 1)
                        .steps(Step.call("ask", "slow").reverse("slow").retry(PurseBank::quick)));

        assertThat(get(one.engine.begin(TestEngine.trace(), "slow", "{}").ended()).isCompleted())
                .isTrue();
        assertThat(asked).hasSize(12);
        assertThat(asked).extracting(each -> each.number().toString()).containsOnly("1:ask");
        assertThat(asked).extracting(StepCall::attempt).startsWith(1, 2, 3);
        assertThat(one.alarms).hasSize(1).first().asString().startsWith("UNANSWERED");
    }

    @Test
    void aServiceThatNeverAnswersIsGivenUpAndReversedAndItsLateCallIsRefused() {
        List<StepCall> held = Collections.synchronizedList(new ArrayList<>());
        one.services.put(
                "mute",
                call -> {
                    held.add(call);
                    return new CompletableFuture<>();
                });
        one.engine.register(
                Definition.named("mute", 1)
                        .inputs("to", "amount")
                        .steps(
                                Step.call("ask", "mute")
                                        .reverse("purses.back")
                                        .retry(retry ->
                                                quick(retry)
                                                        .withTimeout(Duration.ofMillis(20))
                                                        .givingUpAfter(2))));

        OrchestrationResult result =
                get(
                        one.engine
                                .begin(TestEngine.trace(), "mute", "{\"to\": \"b\", \"amount\": 5}")
                                .ended());
        StepOutcome late = get(purses.call(held.get(0)));

        assertThat(result.phase()).isEqualTo(OrchestrationPhase.COMPENSATED);
        assertThat(result.failure().orElseThrow().code()).isEqualTo(Failure.NO_ANSWER);
        assertThat(late).isEqualTo(StepOutcome.refused("REVERSED_BEFORE", "b"));
        assertThat(purses.balance("b")).isZero();
    }

    @Test
    @Requirement({"D6.4-b", "D6.4-d"})
    void assignCallBranchLoopParallelAndCatchWorkTogetherAndAnswersDecideThePath() {
        one.engine.register(
                Definition.named("all", 1)
                        .inputs("lines")
                        .steps(
                                Step.assign("start", "sum", "0"),
                                Step.loop(
                                        "each",
                                        "i < size(lines)",
                                        10,
                                        "i",
                                        Step.assign("add", "sum", "sum + lines[i].amount"),
                                        Step.call("pay", "purses.add")
                                                .input("lines[i]")
                                                .output("paid")
                                                .reverse("purses.back"),
                                        Step.branch("known")
                                                .when(
                                                        "paid.purse == 'b'",
                                                        Step.call("fee", "purses.add")
                                                                .input("{to: 'fees', amount: 1}")
                                                                .reverse("purses.back"))),
                                Step.attempt(
                                                "try",
                                                Step.call("first", "purses.add")
                                                        .input("{to: 'b', amount: 100}")
                                                        .reverse("purses.back"),
                                                Step.call("second", "purses.add")
                                                        .input("{to: 'nobody', amount: 1}")
                                                        .reverse("purses.back"))
                                        .on(
                                                Set.of("PURSE_EMPTY"),
                                                "problem",
                                                Step.assign("why", "said", "problem.message")),
                                Step.parallel("both")
                                        .branch(
                                                Step.call("left", "purses.add")
                                                        .input("{to: 'a', amount: sum}")
                                                        .reverse("purses.back"))
                                        .branch(
                                                Step.call("right", "purses.add")
                                                        .input("{to: 'b', amount: sum}")
                                                        .reverse("purses.back"))));
        TraceNumber trace = TestEngine.trace();

        OrchestrationResult result =
                get(
                        one.engine
                                .begin(
                                        trace,
                                        "all",
                                        "{\"lines\": [{\"to\": \"a\", \"amount\": 2},"
                                                + " {\"to\": \"b\", \"amount\": 3}]}")
                                .ended());

        assertThat(result.isCompleted()).isTrue();
        assertThat(purses.balance("a")).isEqualTo(107);
        assertThat(purses.balance("b")).isEqualTo(8);
        assertThat(purses.balance("fees")).isEqualTo(1);
        assertThat(one.engine.variables(trace).orElseThrow())
                .contains("\"said\":\"nobody\"", "\"sum\":5");
        assertThat(calls)
                .extracting(call -> call.number().toString())
                .contains("1:pay[0]", "1:pay[1]", "1:fee[1]");
    }

    @Test
    void anInstanceThatIsGoneHasItsWorkFinishedByAnotherUnderTheSameSubNumbers() {
        CompletableFuture<StepOutcome> never = new CompletableFuture<>();
        CompletableFuture<StepCall> reached = new CompletableFuture<>();
        one.services.put(
                "purses.add",
                call -> {
                    if (call.number().step().equals("credit")) {
                        reached.complete(call);
                        return never;
                    }
                    return purses.call(call);
                });
        TraceNumber trace = TestEngine.trace();
        one.engine.begin(trace, "transfer", transfer("a", "b", 30));
        StepCall unanswered = get(reached);
        // The service did it, and the instance dies before it hears.
        get(purses.call(unanswered));
        one.kill();

        try (TestEngine two = engine("two")) {
            until(() -> two.engine.find(trace).orElseThrow().phase().isEnd());

            assertThat(two.engine.find(trace).orElseThrow().phase())
                    .isEqualTo(OrchestrationPhase.COMPLETED);
            assertThat(calls).extracting(StepCall::number).containsExactly(unanswered.number());
            assertThat(purses.balance("b")).isEqualTo(30);
            assertThat(purses.balance("a")).isEqualTo(70);
        }
    }

    @Test
    void anInstanceThatIsClosedInOrderGivesItsWorkUpAtOnce() {
        TestEngine slow =
                new TestEngine(
                        database,
                        "slow",
                        TestEngine.QUICK.withLease(Duration.ofHours(1), Duration.ofMinutes(1)));
        serve(slow);
        CompletableFuture<StepCall> reached = new CompletableFuture<>();
        slow.services.put(
                "purses.add",
                call -> {
                    reached.complete(call);
                    return new CompletableFuture<>();
                });
        slow.engine.register(TRANSFER);
        TraceNumber trace = TestEngine.trace();
        slow.engine.begin(trace, "transfer", transfer("a", "b", 30));
        get(reached);

        slow.close();
        until(() -> one.engine.find(trace).orElseThrow().phase().isEnd());

        assertThat(purses.balance("b")).isEqualTo(30);
    }

    @Test
    void runningInstancesFinishOnTheDefinitionThatTheyBeganWith() {
        CompletableFuture<StepCall> reached = new CompletableFuture<>();
        CompletableFuture<StepOutcome> answer = new CompletableFuture<>();
        one.services.put(
                "wait",
                call -> {
                    reached.complete(call);
                    return answer;
                });
        Definition before =
                Definition.named("versioned", 1)
                        .steps(
                                Step.call("wait", "wait").readOnly(),
                                Step.call("add", "purses.add")
                                        .input("{to: 'b', amount: 1}")
                                        .reverse("purses.back"));
        one.engine.register(before);
        TraceNumber trace = TestEngine.trace();
        one.engine.begin(trace, "versioned", "{}");
        get(reached);
        one.kill();

        try (TestEngine two = engine("two")) {
            two.services.put(
                    "wait", call -> CompletableFuture.completedStage(StepOutcome.accepted()));
            two.engine.register(
                    Definition.named("versioned", 2)
                            .steps(
                                    Step.call("add", "purses.add")
                                            .input("{to: 'b', amount: 50}")
                                            .reverse("purses.back")));
            until(() -> two.engine.find(trace).orElseThrow().phase().isEnd());
            assertThat(purses.balance("b")).isEqualTo(1);

            get(two.engine.begin(TestEngine.trace(), "versioned", "{}").ended());
            assertThat(purses.balance("b")).isEqualTo(51);

            Definition other =
                    Definition.named("versioned", 2).steps(Step.call("wait", "wait").readOnly());
            assertThatThrownBy(() -> two.engine.register(other))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused ->
                                    assertThat(refused.code())
                                            .isEqualTo(OutcomeCode.DEFINITION_DIFFERS));
        }
    }

    @Test
    void aStartInATransactionOfOnesOwnBeginsExactlyWhenThatCommits() throws Exception {
        TraceNumber lost = TestEngine.trace();
        TraceNumber kept = TestEngine.trace();
        StepNumber first = one.engine.firstStep("transfer");
        Orchestrations.Prepared prepared;
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            one.engine.beginIn(
                    connection, lost, "transfer", transfer("a", "b", 5), Optional.of("{}"));
            connection.rollback();
            try (var debit =
                    connection.prepareStatement(
                            "update purse set balance = balance - 30 where id = 'a'")) {
                debit.executeUpdate();
            }
            prepared =
                    one.engine.beginIn(
                            connection,
                            kept,
                            "transfer",
                            transfer("a", "b", 30),
                            Optional.of("{}"));
            connection.commit();
        }

        assertThat(get(prepared.go()).isCompleted()).isTrue();
        assertThat(first.toString()).isEqualTo("1:debit");
        assertThat(calls).extracting(call -> call.number().step()).containsExactly("fee", "credit");
        assertThat(purses.balance("a")).isEqualTo(70);
        assertThat(one.engine.find(lost)).isEmpty();
    }

    @Test
    void aPreparedStartThatNobodySetsInMotionIsFoundLater() throws Exception {
        TraceNumber trace = TestEngine.trace();
        try (Connection connection = database.getConnection()) {
            one.engine.beginIn(
                    connection, trace, "transfer", transfer("a", "b", 5), Optional.empty());
        }
        until(() -> one.engine.find(trace).orElseThrow().phase().isEnd());
        assertThat(purses.balance("b")).isEqualTo(5);
    }
}
