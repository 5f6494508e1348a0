package io.feiqian.orchestration;

import static io.feiqian.orchestration.TestEngine.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.orchestration.spi.StepCall;
import io.feiqian.orchestration.spi.StepOutcome;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.Outcome;
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
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine over a real PostgreSQL. */
@Timeout(120)
final class OrchestrationsTest {
    private static final Definition TRANSFER =
            Saga.named("transfer", 1)
                    .inputs("from", "to", "amount")
                    .step(
                            Step.call("debit", "purses.add")
                                    .input("{to: from, amount: 0 - amount}")
                                    .reverse("purses.back"))
                    .step(
                            Step.call("fee", "purses.add")
                                    .input("{to: 'fees', amount: 1}")
                                    .reverse("purses.back"))
                    .step(Step.call("credit", "purses.add").reverse("purses.back"))
                    .definition();

    private static TemporaryDatabase temporary;
    private static HikariDataSource database;

    private final List<StepCall> calls = Collections.synchronizedList(new ArrayList<>());
    private TestEngine one;
    private Purses purses;

    @BeforeAll
    static void start() {
        temporary = TemporaryDatabase.create();
        database = TestEngine.pool(temporary.config());
        JdbcOrchestrationStore.createTables(database);
    }

    @AfterAll
    static void stop() {
        database.close();
        temporary.close();
    }

    @BeforeEach
    void open() throws Exception {
        run("drop table if exists purse, purse_call");
        run(
                "truncate feiqian_orchestration, feiqian_orchestration_step,"
                        + " feiqian_orchestration_instance, feiqian_orchestration_definition");
        purses = new Purses(database);
        one = engine("one");
        one.engine.register(TRANSFER);
        purses.open("a", 100);
        purses.open("b", 0);
        purses.open("fees", 0);
    }

    private TestEngine engine(String name) {
        TestEngine made = new TestEngine(database, name);
        serve(made);
        return made;
    }

    private void serve(TestEngine engine) {
        engine.services.put(
                "purses.add",
                call -> {
                    calls.add(call);
                    return purses.call(call);
                });
        engine.services.put(
                "purses.back",
                call -> {
                    calls.add(call);
                    return purses.call(call);
                });
    }

    @AfterEach
    void close() {
        one.close();
    }

    private static void run(String sql) throws Exception {
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

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
                        .steps(
                                Step.call("ask", "slow")
                                        .reverse("slow")
                                        .retry(OrchestrationsTest::quick)));

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
                                        .retry(OrchestrationsTest::quick),
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

    private static Retry quick(Retry retry) {
        return retry.withPauses(Duration.ofMillis(1), Duration.ofMillis(5));
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

    static String transfer(String from, String to, long amount) {
        return "{\"from\": \"%s\", \"to\": \"%s\", \"amount\": %d}".formatted(from, to, amount);
    }

    /**
     * Asks the database again and again; each question is a round trip, so this is no busy loop.
     */
    static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }
}
