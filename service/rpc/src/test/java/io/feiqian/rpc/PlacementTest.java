package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.rpc.echo.SayResponse;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where new work goes while cells are busy, full or away; with real cells behind real calls. */
class PlacementTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final CellId THREE = new CellId(3);
    private static final int MANY = 300;

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T00:00:00Z"));
    private final Map<CellId, EchoCell> cells = new ConcurrentHashMap<>();
    private final Routes routes = new Routes(RouteMap.evenly(3));
    private final Timer timer = Timer.system("test-timer");
    private final CellClients clients =
            new CellClients(
                    routes,
                    cell ->
                            Optional.ofNullable(cells.get(cell)).stream()
                                    .map(EchoCell::endpoint)
                                    .toList(),
                    new Channels(RpcClientConfig.DEFAULT),
                    clock,
                    timer,
                    Tracing.none(),
                    new CallCounts(new SimpleMeterRegistry()));
    private final Placement placement = new Placement(clients, Randomness.seeded(7));

    @BeforeEach
    void start() {
        for (CellId each : List.of(ONE, TWO, THREE)) {
            cells.put(each, EchoCell.named(each.toString()));
        }
    }

    @AfterEach
    void close() {
        clients.close();
        timer.close();
        cells.values().forEach(EchoCell::close);
    }

    @Test
    void cellsThatAreEquallyBusyShareNewWorkByTheirSlots() {
        assertThat(placed())
                .hasSize(3)
                .allSatisfy((cell, count) ->
                        assertThat(count).as("%s", cell).isBetween(MANY / 5, MANY / 2));
    }

    @Requirement("D5.5-a")
    @Test
    void newWorkAvoidsACellThatAnswersSlowlyUntilItHasAnswered() throws Exception {
        CompletableFuture<SayResponse> slow = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        cell(TWO)
                .behave(request -> {
                    begun.countDown();
                    return slow;
                });
        CompletableFuture<CellAnswer<SayResponse>> call = ask(TWO);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(placed()).containsOnlyKeys(ONE, THREE);

        slow.complete(EchoCell.answer("at last"));
        assertThat(call.join().outcome().isAccepted()).isTrue();
        assertThat(placed()).containsOnlyKeys(ONE, TWO, THREE);
    }

    @Requirement("D5.5-a")
    @Test
    void aCellThatRefusesAtOnceForWantOfRoomIsNotTakenForAnIdleOne() {
        cell(ONE).behave(request -> EchoCell.done(EchoCell.refusal(OutcomeCode.OVERLOADED)));
        assertThat(ask(ONE).join().outcome().code()).isEqualTo(OutcomeCode.OVERLOADED);

        assertThat(placed()).containsOnlyKeys(TWO, THREE);

        clock.advance(CellLoads.MEMORY);
        assertThat(placed()).containsOnlyKeys(ONE, TWO, THREE);
    }

    @Requirement("D5.5-a")
    @Test
    void aCellThatIsAwayGetsNoNewWork() {
        cell(THREE).kill();
        assertThat(ask(THREE).join().outcome().code()).isEqualTo(OutcomeCode.CELL_UNAVAILABLE);

        assertThat(placed()).containsOnlyKeys(ONE, TWO);
    }

    @Test
    void slotsThatAdmitNoNewWorkGetNone() {
        RouteMap map = routes.current();
        for (Route each : List.of(map.route(new Slot(0)), map.route(new Slot(9_899)))) {
            map = map.with(in(SlotState.DRAINING, each));
        }
        routes.offer(map);

        assertThat(placed()).containsOnlyKeys(TWO);

        routes.offer(map.with(in(SlotState.CREDIT_ONLY, map.route(new Slot(5_000)))));
        assertThatThrownBy(placement::next)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("admits new work");
    }

    /** How many of many new customers each cell gets. */
    private Map<CellId, Integer> placed() {
        Map<CellId, Integer> counts = new TreeMap<>();
        for (int i = 0; i < MANY; i++) {
            counts.merge(routes.route(placement.next()).owner(), 1, Integer::sum);
        }
        return counts;
    }

    private CompletableFuture<CellAnswer<SayResponse>> ask(CellId cell) {
        Slot slot = routes.current().ownedBy(cell).getFirst().slots().first();
        return clients.call(
                        CellCall.read(
                                EchoGrpc.getSayMethod(),
                                SayRequest.newBuilder().setText("hello").build(),
                                new Target.OwnerOf(slot),
                                RequestContext.until(
                                        Deadline.after(Duration.ofSeconds(20), Clock.system()))))
                .orTimeout(20, TimeUnit.SECONDS);
    }

    private EchoCell cell(CellId id) {
        return Optional.ofNullable(cells.get(id)).orElseThrow();
    }

    private static Route in(SlotState state, Route route) {
        SlotRange slots = route.slots();
        Epoch next = route.epoch().next();
        return new Route(slots, route.owner(), Optional.empty(), state, next);
    }
}
