package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.PolicyReport;
import io.feiqian.governance.Side;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Policies of calls to cells, as operators write them, over real connections. */
class GovernedCellCallsTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final TraceNumber TRACE = TraceNumber.parse("202601310001999000000000000000007");

    private final Timer timer = Timer.system("governed-cell-calls");
    private final Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
    private final Governance gateway = Governance.of(GovernanceSetup.at(Side.GATEWAY));
    private final GovernedCalls entrance = new GovernedCalls(gateway, timer, Randomness.seeded(7));
    private final AtomicInteger calls = new AtomicInteger();
    private final EchoCell one = new EchoCell("one", this::serve);
    private final EchoCell other = new EchoCell("one-b", this::serve);
    private final EchoCell two = new EchoCell("two", this::serve);
    private final Map<CellId, List<Endpoint>> instances = new ConcurrentHashMap<>();
    private final CellClients clients =
            new CellClients(
                    new Routes(RouteMap.evenly(2)),
                    cell -> instances.getOrDefault(cell, List.of()),
                    new Channels(RpcClientConfig.DEFAULT),
                    CellBalancing.USUAL,
                    new GovernedCalls(calling, timer, Randomness.seeded(7)),
                    Clock.system(),
                    timer,
                    Tracing.none(),
                    new CallCounts(new SimpleMeterRegistry()));
    private volatile boolean breaks;
    private int version;

    GovernedCellCallsTest() {
        instances.put(ONE, List.of(one.endpoint(), other.endpoint()));
        instances.put(TWO, List.of(two.endpoint()));
    }

    private CompletableFuture<SayResponse> serve(SayRequest request) {
        calls.incrementAndGet();
        return EchoCell.done(
                breaks ? EchoCell.refusal(OutcomeCode.INTERNAL_ERROR) : EchoCell.answer("said"));
    }

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        one.close();
        other.close();
        two.close();
    }

    @Requirement({"P6.2.2.5-f", "P6.2.3-e"})
    @Test
    void aBreakerOpensForTheCellThatFailsAndNotForTheOthers() {
        publish(
                calling,
                "{\"id\": \"b\", \"version\": 1, \"side\": \"caller\", \"per\": \"cell\", \"breaker\":"
                        + " {\"failures\": 0.5, \"minimumCalls\": 4, \"window\": \"60s\","
                        + " \"openFor\": \"60s\"}}");
        breaks = true;
        for (int i = 0; i < 4; i++) {
            say(1);
        }
        breaks = false;
        int before = calls.get();

        CellAnswer<SayResponse> refused = say(1);
        assertThat(refused.outcome().code()).isEqualTo(OutcomeCode.CIRCUIT_OPEN);
        assertThat(((CellAnswer.Failed<SayResponse>) refused).retryAfter())
                .isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
        assertThat(calls).hasValue(before);
        assertThat(say(9_000).outcome().isAccepted()).isTrue();
    }

    @Requirement({"P6.2.2.5-c", "P6.2.2.5-h"})
    @Test
    void limitsHoldForCallsToCellsAndPermitsAreGivenBackAtTheirEnd() {
        publish(
                calling,
                "{\"id\": \"few\", \"version\": 1, \"side\": \"caller\", \"concurrency\": {\"most\":"
                        + " 1}}");
        CompletableFuture<SayResponse> held = new CompletableFuture<>();
        one.behave(request -> held);
        other.behave(request -> held);
        CompletableFuture<CellAnswer<SayResponse>> first = clients.call(call(1));
        assertThat(say(1).outcome().code()).isEqualTo(OutcomeCode.CONCURRENCY_LIMITED);
        held.complete(EchoCell.answer("late"));
        assertThat(first.join().outcome().isAccepted()).isTrue();
        assertThat(say(9_000).outcome().isAccepted()).isTrue();
        PolicyReport report = calling.report().policies().getFirst();
        assertThat(report.admitted()).isEqualTo(2);
        assertThat(report.refused()).isEqualTo(1);
    }

    @Test
    void whatIsTooMuchWaitsForItsTurnAndNotBeyondTheDeadline() {
        publish(
                calling,
                "{\"id\": \"turns\", \"version\": 1, \"side\": \"caller\", \"rate\": {\"perSecond\": 10,"
                        + " \"burst\": 1, \"excess\": {\"queue\": {\"most\": 9, \"longest\": \"5s\"}}}}");
        long begun = Clock.system().nanos();
        for (int i = 0; i < 4; i++) {
            assertThat(say(1).outcome().isAccepted()).isTrue();
        }
        assertThat(Clock.system().nanos() - begun).isGreaterThan(250_000_000);
    }

    @Requirement({"P6.2.2.5-d", "P6.2.3-g"})
    @Test
    void faultsAreOrderedAndReadyMadeAnswersGiven() {
        publish(
                calling,
                "{\"id\": \"fault\", \"version\": 1, \"side\": \"caller\", \"applies\": {\"cell\":"
                        + " \"cell-2\"}, \"fault\": {\"percent\": 100, \"error\": \"UNKNOWN\"}},"
                        + "{\"id\": \"hand\", \"version\": 1, \"side\": \"caller\", \"applies\": {\"cell\":"
                        + " \"cell-1\"}, \"degrade\": {\"when\": \"always\", \"instead\": {\"answer\":"
                        + " {\"text\": \"ready-made\"}}}}");
        assertThat(
                        say(1) instanceof CellAnswer.Answered<SayResponse>(var response, var _)
                                ? response.getText()
                                : "")
                .isEqualTo("ready-made");
        publish(
                calling,
                "{\"id\": \"fault\", \"version\": 2, \"side\": \"caller\", \"applies\": {\"cell\":"
                        + " \"cell-2\"}, \"fault\": {\"percent\": 100, \"error\":"
                        + " \"DATABASE_UNAVAILABLE\"}}");
        assertThat(say(9_000).outcome().code()).isEqualTo(OutcomeCode.DATABASE_UNAVAILABLE);
        assertThat(say(1).outcome().isAccepted()).isTrue();
        assertThat(calls).hasValue(1);
    }

    @Requirement("P6.2.3-i")
    @Test
    void aShieldedInstanceOfACellGetsNoCalls() {
        publish(
                calling,
                "{\"id\": \"shield\", \"version\": 1, \"side\": \"caller\", \"route\": {\"shield\":"
                        + " [{\"id\": \"one-b\"}]}}");
        for (int i = 0; i < 10; i++) {
            assertThat(say(1).outcome().isAccepted()).isTrue();
        }
        assertThat(other.contexts).isEmpty();
        assertThat(one.contexts).hasSize(10);
    }

    @Test
    void aRequestFromOutsideIsJudgedByTheGatewaysPoliciesAndThenByTheCallers() {
        publish(
                gateway,
                "{\"id\": \"desk\", \"version\": 1, \"side\": \"gateway\", \"applies\": {\"labels\":"
                        + " {\"channel\": \"999\"}}, \"rate\": {\"perSecond\": 0.1, \"burst\": 1}},"
                        + "{\"id\": \"who\", \"version\": 1, \"side\": \"gateway\", \"access\":"
                        + " {\"denyCallers\": [\"mallory\"]}}");
        assertThat(enter("anna").outcome().isAccepted()).isTrue();
        assertThat(enter("mallory").outcome().code()).isEqualTo(OutcomeCode.NOT_PERMITTED);
        CellAnswer<SayResponse> second = enter("anna");
        assertThat(second.outcome().code()).isEqualTo(OutcomeCode.RATE_LIMITED);
        assertThat(((CellAnswer.Failed<SayResponse>) second).retryAfter())
                .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
        assertThat(clients.call(call(1), entrance, "anna").join().outcome().isAccepted())
                .as("of no channel")
                .isTrue();
        publish(
                calling,
                "{\"id\": \"f\", \"version\": 1, \"side\": \"caller\", \"fault\": {\"percent\": 100,"
                        + " \"error\": \"OVERLOADED\"}}");
        assertThat(clients.call(call(1), entrance, "anna").join().outcome().code())
                .isEqualTo(OutcomeCode.OVERLOADED);
    }

    @Test
    void withoutPoliciesNothingIsAskedAndWithThemEachSideHasItsOwn() {
        assertThat(entrance.isEmpty()).isTrue();
        publish(
                gateway,
                "{\"id\": \"cells-own\", \"version\": 1, \"side\": \"provider\", \"rate\":"
                        + " {\"perSecond\": 0.001}}");
        assertThat(entrance.isEmpty()).as("of another side").isTrue();
        assertThat(enter("anna").outcome().isAccepted()).isTrue();
        assertThat(enter("anna").outcome().isAccepted()).isTrue();
    }

    private CellAnswer<SayResponse> enter(String caller) {
        CellCall<SayRequest, SayResponse> call = call(1);
        return clients.call(
                        CellCall.change(
                                call.method(),
                                call.request(),
                                call.target(),
                                context().withTrace(TRACE)),
                        entrance,
                        caller)
                .join();
    }

    private CellAnswer<SayResponse> say(int slot) {
        return clients.call(call(slot)).join();
    }

    private static RequestContext context() {
        return RequestContext.until(Deadline.after(Duration.ofSeconds(20), Clock.system()));
    }

    private static CellCall<SayRequest, SayResponse> call(int slot) {
        return CellCall.read(
                EchoGrpc.getSayMethod(),
                SayRequest.newBuilder().setText("hello").build(),
                new Target.OwnerOf(new Slot(slot)),
                context());
    }

    private void publish(Governance where, String policies) {
        var outcome =
                where.publish(
                        "{\"version\": %d, \"policies\": [%s]}".formatted(++version, policies));
        assertThat(outcome.isAccepted()).as(outcome.message()).isTrue();
    }
}
