package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.feiqian.balancing.Place;
import io.feiqian.layer7.spi.CellBackends;
import io.feiqian.proxy.CellConfig;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.proxy.KeyParts;
import io.feiqian.proxy.KeySource;
import io.feiqian.proxy.KeySource.As;
import io.feiqian.proxy.KeySource.From;
import io.feiqian.proxy.MapCells;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

@Requirement({"D5.1-0", "D5.5-0", "D5.5-b"})
class CellSteeringTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final String SLOT = "{\"slot\":\"0042\"}";

    private final Routes routes = new Routes(RouteMap.evenly(3));
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T10:00:00Z"));
    private final ManualTimer timer = new ManualTimer(clock);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Set<CellId> serving = ConcurrentHashMap.newKeySet();
    private final CellSteering steering =
            new CellSteering(
                    new MapCells(routes, SlotRule.hash(), Optional.empty()),
                    routes,
                    new Place("a", "east"),
                    FlowIdentifiers.ofOwnKey(clock, Randomness.seeded(1)),
                    clock,
                    timer,
                    Randomness.seeded(2),
                    metrics,
                    2);

    CellSteeringTest() {
        serving.addAll(Set.of(ONE, TWO, new CellId(3)));
    }

    @Test
    void aRequestGoesToTheOwnerOfItsKeyWhoeverThatIsNow() {
        assertThat(to(steering.aim(request(SLOT, PATIENCE))))
                .isEqualTo(
                        new CellAim.To(
                                ONE,
                                CellAim.Reason.OWNER,
                                Optional.of(new Slot(42)),
                                Optional.of(Epoch.FIRST),
                                Optional.empty(),
                                false));
        routes.offer(moved(TWO, 2));
        CellAim.To moved = to(steering.aim(request(SLOT, PATIENCE)));
        assertThat(moved.cell()).isEqualTo(TWO);
        assertThat(moved.slot()).contains(new Slot(42));
        assertThat(moved.epoch()).contains(new Epoch(2));
    }

    @Test
    void theFirstPlaceWithAKeyCounts() {
        CellSteering.Way way =
                CellSteering.Way.of(
                        new CellConfig(
                                List.of(
                                        new KeySource(From.HEADER, "x-slot", As.SLOT),
                                        new KeySource(From.JSON, "/slot", As.SLOT)),
                                CellConfig.Unowned.REFUSE),
                        Duration.ZERO);
        assertThat(to(steering.aim(request(way, Map.of("x-slot", List.of("9000")), SLOT))).cell())
                .isEqualTo(new CellId(3));
        assertThat(to(steering.aim(request(way, Map.of(), SLOT))).cell()).isEqualTo(ONE);
        assertThat(code(steering.aim(request(way, Map.of(), "{}"))))
                .isEqualTo(OutcomeCode.MISSING_FIELD);
        assertThat(code(steering.aim(request(way, Map.of(), "{\"slot\":\"1\",\"slot\":\"2\"}"))))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    @Test
    void whileASlotMovesRequestsWaitForItsNewOwner() {
        routes.offer(state(SlotState.MOVING, 2));
        CompletableFuture<CellAim> waits = steering.aim(request(SLOT, PATIENCE));
        timer.advance(Duration.ofMillis(500));
        assertThat(waits).isNotDone();
        routes.offer(moved(TWO, 3));
        assertThat(to(waits).cell()).isEqualTo(TWO);
        assertThat(steering.waiting()).isZero();
    }

    @Test
    void whoWaitedLongEnoughIsRefusedWithTheMapsReason() {
        routes.offer(state(SlotState.MOVING, 2));
        CompletableFuture<CellAim> waits = steering.aim(request(SLOT, PATIENCE));
        timer.advance(Duration.ofMillis(999));
        assertThat(waits).isNotDone();
        timer.advance(Duration.ofMillis(21));
        assertThat(code(waits)).isEqualTo(OutcomeCode.SLOT_MOVING);
        assertThat(steering.waiting()).isZero();
        timer.advance(Duration.ofMillis(40));
        assertThat(timer.waiting()).as("nobody is looked after any more").isZero();
    }

    @Test
    void onlySoManyWait() {
        routes.offer(state(SlotState.MOVING, 2));
        CompletableFuture<CellAim> first = steering.aim(request(SLOT, PATIENCE));
        CompletableFuture<CellAim> second = steering.aim(request(SLOT, PATIENCE));
        assertThat(code(steering.aim(request(SLOT, PATIENCE)))).isEqualTo(OutcomeCode.OVERLOADED);
        steering.close();
        assertThat(code(first)).isEqualTo(OutcomeCode.SHUTTING_DOWN);
        assertThat(code(second)).isEqualTo(OutcomeCode.SHUTTING_DOWN);
    }

    @Test
    @Requirement("M6.6-6")
    void aDeadOwnersStandbyIsAskedOnceTheMapHadTimeToChange() {
        routes.offer(
                routes.current()
                        .with(
                                new Route(
                                        SlotRange.of(0, 99),
                                        ONE,
                                        Optional.of(TWO),
                                        SlotState.OPEN,
                                        new Epoch(2))));
        serving.remove(ONE);
        CompletableFuture<CellAim> change = steering.aim(request(SLOT, PATIENCE));
        assertThat(change).isNotDone();
        timer.advance(PATIENCE.plusMillis(20));
        assertThat(to(change).cell()).isEqualTo(TWO);
        assertThat(to(change).reason()).isEqualTo(CellAim.Reason.STANDBY);

        CompletableFuture<CellAim> other = steering.aim(request(SLOT, PATIENCE));
        serving.add(ONE);
        timer.advance(Duration.ofMillis(20));
        assertThat(to(other).cell()).as("the owner is back").isEqualTo(ONE);
    }

    @Test
    void aWrongRouteIsCorrectedOnceCountedAndLearnt() {
        routes.refreshFrom(() -> CompletableFuture.completedFuture(moved(TWO, 2)));
        CellSteering.Request request = request(SLOT, PATIENCE);
        CellAim.To wrong = to(steering.aim(request));
        assertThat(wrong.cell()).isEqualTo(ONE);

        CellAim.To right = to(steering.corrected(request, wrong, 2));
        assertThat(right.cell()).isEqualTo(TWO);
        assertThat(right.corrected()).isTrue();
        assertThat(to(steering.aim(request)).cell()).as("learnt").isEqualTo(TWO);
        assertThat(
                        metrics.get("feiqian.gateway.cell.corrected")
                                .tag("cell", "cell-1")
                                .counter()
                                .count())
                .isEqualTo(1);

        routes.offer(moved(ONE, 3));
        assertThat(code(steering.corrected(request, right, 3)))
                .as("once, though the map now names a third place")
                .isEqualTo(OutcomeCode.WRONG_CELL);
    }

    @Test
    void aRouteThatTheMapConfirmsIsNotTriedAgain() {
        CellSteering.Request request = request(SLOT, PATIENCE);
        CellAim.To wrong = to(steering.aim(request));
        assertThat(code(steering.corrected(request, wrong, 0))).isEqualTo(OutcomeCode.WRONG_CELL);
    }

    @Test
    @Requirement({"M6.2-2", "M6.3-2", "M6.3-3", "M6.3-4"})
    void whatNoCellOwnsGoesByLoadAndWhatFollowsGoesWithIt() {
        CellSteering.Way way =
                CellSteering.Way.of(
                        new CellConfig(
                                List.of(new KeySource(From.HEADER, "feiqian-flow", As.FLOW)),
                                CellConfig.Unowned.BY_LOAD),
                        PATIENCE);
        CellAim.To first = to(steering.aim(request(way, Map.of(), "")));
        assertThat(first.reason()).isEqualTo(CellAim.Reason.LOAD);
        String flow = first.flow().orElseThrow();

        Map<String, List<String>> following = Map.of("feiqian-flow", List.of(flow));
        for (int i = 0; i < 20; i++) {
            CellAim.To next = to(steering.aim(request(way, following, "")));
            assertThat(next.cell()).isEqualTo(first.cell());
            assertThat(next.flow()).contains(flow);
        }

        serving.remove(first.cell());
        CellAim.To failover = to(steering.aim(request(way, following, "")));
        assertThat(failover.reason()).isEqualTo(CellAim.Reason.FAILOVER);
        assertThat(failover.cell()).isNotEqualTo(first.cell());
        serving.remove(failover.cell());
        CellAim.To third = to(steering.aim(request(way, following, "")));
        assertThat(third.reason()).isEqualTo(CellAim.Reason.LOAD);
        assertThat(third.flow()).isNotEqualTo(Optional.of(flow));
        serving.clear();
        assertThat(code(steering.aim(request(way, following, ""))))
                .isEqualTo(OutcomeCode.CELL_UNAVAILABLE);
        assertThat(
                        code(
                                steering.aim(
                                        request(
                                                way,
                                                Map.of("feiqian-flow", List.of("1".repeat(32))),
                                                ""))))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    @Test
    @Requirement({"D5.5-a", "M6.3-2", "M6.3-4"})
    void whatCellsSayOfTheirLoadMovesWhatNoCellOwns() {
        CellSteering.Way way = new CellSteering.Way(List.of(), true, Duration.ZERO);
        steering.loaded(ONE, 90);
        steering.loaded(TWO, 20);
        steering.full(new CellId(3));
        for (int i = 0; i < 50; i++) {
            assertThat(to(steering.aim(request(way, Map.of(), ""))).cell()).isEqualTo(TWO);
        }
        timer.advance(Duration.ofSeconds(3));
        steering.loaded(TWO, 100);
        timer.advance(Duration.ofSeconds(1));
        steering.loaded(TWO, 100);
        assertThat(to(steering.aim(request(way, Map.of(), ""))).cell())
                .as("what was said long ago counts no more")
                .isNotEqualTo(TWO);
    }

    private CellSteering.Request request(String body, Duration patience) {
        CellSteering.Way way =
                CellSteering.Way.of(
                        new CellConfig(
                                List.of(new KeySource(From.JSON, "/slot", As.SLOT)),
                                CellConfig.Unowned.REFUSE),
                        patience);
        return request(way, Map.of(), body);
    }

    private CellSteering.Request request(
            CellSteering.Way way, Map<String, List<String>> headers, String body) {
        KeyParts parts =
                KeyParts.of(
                        new HttpQuestion("POST", "/", "", headers, ByteString.copyFromUtf8(body)),
                        InetAddress.getLoopbackAddress());
        return new CellSteering.Request(way, parts, true, new Backends());
    }

    private RouteMap moved(CellId owner, long epoch) {
        return routes.current().with(Route.open(SlotRange.of(0, 99), owner, new Epoch(epoch)));
    }

    private RouteMap state(SlotState state, long epoch) {
        return routes.current()
                .with(
                        new Route(
                                SlotRange.of(0, 99),
                                ONE,
                                Optional.empty(),
                                state,
                                new Epoch(epoch)));
    }

    private static CellAim.To to(CompletableFuture<CellAim> aim) {
        assertThat(aim).isDone();
        assertThat(aim.join()).isInstanceOf(CellAim.To.class);
        return (CellAim.To) aim.join();
    }

    private static OutcomeCode code(CompletableFuture<CellAim> aim) {
        assertThat(aim).isDone();
        assertThat(aim.join()).isInstanceOf(CellAim.Refused.class);
        return ((CellAim.Refused) aim.join()).code();
    }

    private final class Backends implements CellBackends {
        @Override
        public boolean serves(CellId cell) {
            return serving.contains(cell);
        }

        @Override
        public List<CellStanding> standings() {
            return routes.current().cells().stream()
                    .map(cell ->
                            new CellStanding(cell, Place.UNKNOWN, serving.contains(cell), 0, 100))
                    .toList();
        }
    }
}
