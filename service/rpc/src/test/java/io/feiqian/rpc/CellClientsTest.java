package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls to cells over real connections, and what happens when something is not there. */
class CellClientsTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final TraceNumber TRACE = TraceNumber.parse("202601310001999000000000000000007");

    private final Map<CellId, List<Endpoint>> instances = new ConcurrentHashMap<>();
    private final Routes routes = new Routes(RouteMap.evenly(2));
    private final Timer timer = Timer.system("test-timer");
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final CellClients clients =
            new CellClients(
                    routes,
                    cell -> instances.getOrDefault(cell, List.of()),
                    new Channels(RpcClientConfig.DEFAULT),
                    Clock.system(),
                    timer,
                    Tracing.none(),
                    new CallCounts(metrics));
    private final List<EchoCell> cells = new ArrayList<>();

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        cells.forEach(EchoCell::close);
    }

    @Requirement({"D5.1-0", "D5.5-0"})
    @Test
    void aCallGoesToTheOwnerOfItsSlotWithSlotAndEpoch() {
        EchoCell one = serve(ONE, EchoCell.named("one"));
        EchoCell two = serve(TWO, EchoCell.named("two"));

        assertThat(text(read(new Slot(1), 60_000))).isEqualTo("one hello");
        assertThat(text(read(new Slot(9_000), 60_000))).isEqualTo("two hello");

        assertThat(one.calls()).isEqualTo(1);
        assertThat(two.contexts.getFirst().slot()).contains(new Slot(9_000));
        assertThat(two.contexts.getFirst().epoch()).contains(Epoch.FIRST);
        assertThat(two.contexts.getFirst().deadline().remaining())
                .isBetween(Duration.ofMillis(1), Duration.ofMillis(60_000));
    }

    @Requirement("D5.5-e")
    @Test
    void theInstancesOfACellTakeTurns() {
        EchoCell a = serve(ONE, EchoCell.named("a"));
        EchoCell b = serve(ONE, EchoCell.named("b"));

        for (int i = 0; i < 10; i++) {
            read(new Slot(1), 60_000);
        }

        assertThat(a.calls()).isEqualTo(5);
        assertThat(b.calls()).isEqualTo(5);
    }

    @Requirement("D5.5-0")
    @Test
    void aCellThatIsNoLongerTheOwnerMakesTheCallerRefreshItsMapAndTryOnce() {
        EchoCell one = serve(ONE, EchoCell.refusing("one", OutcomeCode.WRONG_CELL));
        serve(TWO, EchoCell.named("two"));
        RouteMap newer =
                RouteMap.evenly(2).with(Route.open(SlotRange.of(0, 99), TWO, Epoch.FIRST.next()));
        routes.refreshFrom(() -> CompletableFuture.completedFuture(newer));

        CellAnswer<SayResponse> answer = read(new Slot(1), 60_000);

        assertThat(text(answer)).isEqualTo("two hello");
        assertThat(routes.current().version()).isEqualTo(2);
        assertThat(one.calls()).isEqualTo(1);
    }

    @Test
    void twoCellsThatBothRefuseASlotAreNotAskedForEver() {
        EchoCell one = serve(ONE, EchoCell.refusing("one", OutcomeCode.WRONG_CELL));

        CellAnswer<SayResponse> answer = read(new Slot(1), 60_000);

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(one.calls()).isEqualTo(2);
    }

    @Test
    void aMovingSlotIsTriedAgainUntilItHasArrived() {
        EchoCell one = serve(ONE, EchoCell.refusing("one", OutcomeCode.SLOT_MOVING));
        one.behave(request -> {
            one.behave(again -> EchoCell.done(EchoCell.answer("arrived")));
            return EchoCell.done(EchoCell.refusal(OutcomeCode.SLOT_MOVING));
        });

        assertThat(text(read(new Slot(1), 60_000))).isEqualTo("arrived");
    }

    @Test
    void aSlotThatMovesPastTheDeadlineIsAnsweredSo() {
        serve(ONE, EchoCell.refusing("one", OutcomeCode.SLOT_MOVING));

        // Unknown where the deadline cuts the last of the calls off before its answer.
        assertThat(change(new Slot(1), 200).outcome().code())
                .isIn(OutcomeCode.SLOT_MOVING, OutcomeCode.UNKNOWN);
    }

    @Requirement("D5.2-c")
    @Test
    void anInstanceThatIsNotThereIsPassedOver() {
        EchoCell gone = serve(ONE, EchoCell.named("a"));
        gone.kill();
        serve(ONE, EchoCell.named("b"));

        for (int i = 0; i < 4; i++) {
            assertThat(text(change(new Slot(1), 60_000))).isEqualTo("b hello");
        }
    }

    @Requirement("D5.2-c")
    @Test
    void aCellThatIsDownIsAnsweredAtOnceAndOthersGoOn() {
        serve(ONE, EchoCell.named("one")).kill();
        serve(TWO, EchoCell.named("two"));

        CellAnswer<SayResponse> answer = change(new Slot(1), 60_000);

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.CELL_UNAVAILABLE);
        assertThat(ended("turned_away")).isEqualTo(1);
        assertThat(text(change(new Slot(9_000), 60_000))).isEqualTo("two hello");
    }

    @Test
    void aCellWithoutAnyKnownInstanceIsUnavailable() {
        assertThat(change(new Slot(1), 60_000).outcome().code())
                .isEqualTo(OutcomeCode.CELL_UNAVAILABLE);
    }

    @Test
    void aSlotThatNobodyOwnsHasNoRoute() {
        assertThat(change(new Slot(9_950), 60_000).outcome().code())
                .isEqualTo(OutcomeCode.NO_ROUTE);
    }

    @Requirement("P6.3.3-a.1")
    @Test
    void aChangeWhoseAnswerGotLostIsAskedAgainWithTheSameTraceNumber() {
        EchoCell first = serve(ONE, EchoCell.named("a"));
        first.behave(request -> failing(first));
        EchoCell second = serve(ONE, EchoCell.named("b"));

        assertThat(text(change(new Slot(1), 60_000))).isEqualTo("b hello");

        assertThat(first.calls()).isEqualTo(1);
        assertThat(second.contexts.getFirst().trace()).contains(TRACE);
        assertThat(again("repeated")).isEqualTo(1);
        assertThat(ended("answered")).isEqualTo(1);
    }

    @Test
    void aChangeWhoseAnswerNeverComesIsUnknown() {
        EchoCell only = serve(ONE, EchoCell.named("a"));
        only.behave(request -> failing(only));

        CellAnswer<SayResponse> answer = change(new Slot(1), 2_000);

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(ended("unknown")).isEqualTo(1);
    }

    @Test
    void aRefusalOfTheRepetitionDoesNotSayThatTheLostChangeHadNoEffect() {
        EchoCell first = serve(ONE, EchoCell.named("a"));
        first.behave(request -> failing(first));
        serve(ONE, EchoCell.refusing("b", OutcomeCode.OVERLOADED));

        assertThat(change(new Slot(1), 2_000).outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
    }

    @Test
    void aChangeWithoutTraceNumberIsNeverSentTwice() {
        EchoCell first = serve(ONE, EchoCell.named("a"));
        first.behave(request -> failing(first));
        EchoCell second = serve(ONE, EchoCell.named("b"));

        CellAnswer<SayResponse> answer =
                call(
                        CellCall.change(
                                EchoGrpc.getSayMethod(),
                                hello(),
                                owner(new Slot(1)),
                                until(60_000)));

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.UNKNOWN);
        assertThat(second.calls()).isZero();
    }

    @Test
    void aReadWhoseAnswerGotLostIsAskedOfAnotherInstance() {
        EchoCell first = serve(ONE, EchoCell.named("a"));
        first.behave(request -> failing(first));
        serve(ONE, EchoCell.named("b"));

        assertThat(text(read(new Slot(1), 60_000))).isEqualTo("b hello");
    }

    @Test
    void aChangeThatTheCellDoesNotKnowTheEndOfIsAskedAgain() {
        EchoCell one = serve(ONE, EchoCell.named("one"));
        one.behave(request -> {
            one.behave(again -> EchoCell.done(EchoCell.answer("recorded")));
            return EchoCell.done(EchoCell.refusal(OutcomeCode.UNKNOWN));
        });

        assertThat(text(change(new Slot(1), 60_000))).isEqualTo("recorded");
    }

    @Test
    void aPassedDeadlineCallsNobody() {
        EchoCell one = serve(ONE, EchoCell.named("one"));

        CellAnswer<SayResponse> answer = change(new Slot(1), 0);

        assertThat(answer.outcome().code()).isEqualTo(OutcomeCode.DEADLINE_EXPIRED);
        assertThat(one.calls()).isZero();
    }

    @Requirement("P6.2.2.6-c")
    @Test
    void anInstanceThatIsStoppingIsPassedOver() throws InterruptedException {
        EchoCell stopping = serve(ONE, EchoCell.named("a"));
        CompletableFuture<SayResponse> slow = new CompletableFuture<>();
        stopping.behave(request -> slow);
        var inFlight = clients.call(readCall(new Slot(1), 60_000));
        awaitCalls(stopping, 1);
        Thread stop =
                Thread.ofVirtual().start(() -> stopping.server().stop(Duration.ofSeconds(50)));
        serve(ONE, EchoCell.named("b"));

        for (int i = 0; i < 4; i++) {
            assertThat(text(change(new Slot(1), 60_000))).startsWith("b");
        }
        slow.complete(EchoCell.answer("finished"));

        assertThat(text(inFlight.join())).isEqualTo("finished");
        stop.join();
        assertThat(ended("answered")).isEqualTo(5);
        assertThat(again("moved")).isPositive();
        assertThat(again("repeated")).isZero();
    }

    private double ended(String how) {
        return metrics.get("feiqian.cell.calls")
                .tags("cell", ONE.toString(), "ended", how)
                .counter()
                .count();
    }

    private double again(String why) {
        var counter =
                metrics.find("feiqian.cell.again")
                        .tags("cell", ONE.toString(), "why", why)
                        .counter();
        return counter == null ? 0 : counter.count();
    }

    private static void awaitCalls(EchoCell cell, int count) {
        while (cell.calls() < count) {
            Thread.onSpinWait();
        }
    }

    /** What a killed process answers: nothing, and its connections break. */
    private static CompletableFuture<SayResponse> failing(EchoCell cell) {
        Thread.ofVirtual().start(cell::kill);
        return new CompletableFuture<>();
    }

    private EchoCell serve(CellId cell, EchoCell echo) {
        cells.add(echo);
        List<Endpoint> more = new ArrayList<>(instances.getOrDefault(cell, List.of()));
        more.add(echo.endpoint());
        instances.put(cell, List.copyOf(more));
        return echo;
    }

    private CellAnswer<SayResponse> read(Slot slot, long millis) {
        return call(readCall(slot, millis));
    }

    private static CellCall<SayRequest, SayResponse> readCall(Slot slot, long millis) {
        return CellCall.read(EchoGrpc.getSayMethod(), hello(), owner(slot), until(millis));
    }

    private CellAnswer<SayResponse> change(Slot slot, long millis) {
        return call(
                CellCall.change(
                        EchoGrpc.getSayMethod(),
                        hello(),
                        owner(slot),
                        until(millis).withTrace(TRACE)));
    }

    private CellAnswer<SayResponse> call(CellCall<SayRequest, SayResponse> call) {
        return clients.call(call).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static String text(CellAnswer<SayResponse> answer) {
        assertThat(answer).isInstanceOf(CellAnswer.Answered.class);
        return ((CellAnswer.Answered<SayResponse>) answer).response().getText();
    }

    private static Target owner(Slot slot) {
        return new Target.OwnerOf(slot);
    }

    private static RequestContext until(long millis) {
        return RequestContext.until(Deadline.after(Duration.ofMillis(millis), Clock.system()));
    }

    private static SayRequest hello() {
        return SayRequest.newBuilder().setText("hello").build();
    }
}
