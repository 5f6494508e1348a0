package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.balancing.Place;
import io.feiqian.proxy.MapCells;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.routing.SlotRule;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests to two cells over real connections. */
@Requirement({"D5.1-0", "D5.5-0"})
class CellProxyingTest {
    private static final CellId TWO = new CellId(2);

    private final Shop one = new Shop("one");
    private final Shop two = new Shop("two");
    private final Routes routes = new Routes(RouteMap.evenly(2));
    private final Timer timer = Timer.system("cells");
    private final CellSteering steering =
            new CellSteering(
                    new MapCells(routes, SlotRule.hash(), Optional.empty()),
                    routes,
                    Place.UNKNOWN,
                    FlowIdentifiers.ofOwnKey(Clock.system(), Randomness.seeded(1)),
                    Clock.system(),
                    timer,
                    Randomness.shared(3),
                    new SimpleMeterRegistry(),
                    100);
    private final Door door = new Door(config(), parts -> parts.withCells(steering));

    @AfterEach
    void stop() {
        door.close();
        steering.close();
        timer.close();
        one.close();
        two.close();
    }

    @Test
    void aRequestReachesTheCellOfItsKeyAndNoOther() {
        assertThat(post("{\"slot\":\"0042\"}").body()).isEqualTo("said by one");
        assertThat(post("{\"slot\":\"9000\"}").body()).isEqualTo("said by two");
        Wire.Message seen = two.seen.getFirst();
        assertThat(seen.field("feiqian-cell")).isEqualTo("cell-2");
        assertThat(seen.field("feiqian-slot")).isEqualTo("9000");
        assertThat(seen.field("feiqian-epoch")).isEqualTo("1");
        assertThat(one.seen.getFirst().field("feiqian-slot")).isEqualTo("0042");
        assertThat(post("{\"slot\":\"0042\",\"slot\":\"9000\"}").status()).isEqualTo(400);
        assertThat(post("{}").status()).isEqualTo(400);
    }

    @Test
    void aWrongRouteIsCorrectedOnceAndLearnt() {
        RouteMap moved = routes.current().with(Route.open(SlotRange.of(0, 99), TWO, new Epoch(2)));
        routes.refreshFrom(() -> CompletableFuture.completedFuture(moved));
        one.behave((wire, request) ->
                wire.send(
                        "HTTP/1.1 503 Moved\r\nFeiqian-Wrong-Cell: 2\r\nContent-Length: 0\r\n\r\n"));
        assertThat(post("{\"slot\":\"0042\"}").body()).isEqualTo("said by two");
        assertThat(two.seen.getFirst().body()).isEqualTo("{\"slot\":\"0042\"}");
        assertThat(two.seen.getFirst().field("feiqian-cell")).isEqualTo("cell-2");
        assertThat(two.seen.getFirst().field("feiqian-epoch")).isEqualTo("2");
        assertThat(post("{\"slot\":\"0043\"}").body()).isEqualTo("said by two");
        assertThat(one.seen).as("asked once, and not again").hasSize(1);
    }

    @Test
    void aRequestWaitsWhileItsSlotMoves() {
        routes.offer(
                routes.current()
                        .with(
                                new Route(
                                        SlotRange.of(0, 99),
                                        new CellId(1),
                                        Optional.empty(),
                                        SlotState.MOVING,
                                        new Epoch(2))));
        CompletableFuture<Wire.Message> answer =
                CompletableFuture.supplyAsync(() -> post("{\"slot\":\"0042\"}"));
        while (steering.waiting() == 0) {
            Thread.onSpinWait();
        }
        routes.offer(routes.current().with(Route.open(SlotRange.of(0, 99), TWO, new Epoch(3))));
        assertThat(answer.join().body()).isEqualTo("said by two");
        assertThat(one.seen).isEmpty();
    }

    @Test
    @Requirement({"M6.2-2", "M6.3-2", "M6.3-3", "D5.5-a"})
    void whatNoCellOwnsGoesByLoadAndStays() {
        one.behave((wire, request) -> wire.send(Shop.answer("one", "Feiqian-Load: 95")));
        two.behave((wire, request) -> wire.send(Shop.answer("two", "Feiqian-Load: 10")));
        String flow = "";
        for (int i = 0; i < 20; i++) {
            Wire.Message first = Wire.exchange(door.port(), journal(""));
            flow = first.field("feiqian-flow");
            assertThat(flow).matches("[0-9]{32}");
        }
        assertThat(one.seen).as("it was busy from its first answer on").hasSizeLessThan(2);
        int before = two.seen.size();
        for (int i = 0; i < 5; i++) {
            assertThat(Wire.exchange(door.port(), journal(flow)).body()).isEqualTo("two");
        }
        assertThat(two.seen).hasSize(before + 5);
        assertThat(Wire.exchange(door.port(), journal("1".repeat(32))).status()).isEqualTo(400);
    }

    @Test
    @Requirement({"M6.2-2", "D5.5-a"})
    void aCellThatRefusedForWantOfRoomTakesNothingNewForAWhile() {
        one.behave((wire, request) ->
                wire.send("HTTP/1.1 503 Full\r\nFeiqian-Code: 4001\r\nContent-Length: 0\r\n\r\n"));
        while (Wire.exchange(door.port(), journal("")).status() != 503) {
            assertThat(two.seen).as("chance asks cell 1 as well").hasSizeLessThan(60);
        }
        for (int i = 0; i < 8; i++) {
            assertThat(Wire.exchange(door.port(), journal("")).status()).isEqualTo(200);
        }
        assertThat(post("{\"slot\":\"0042\"}").status()).as("what it owns").isEqualTo(503);
    }

    @Test
    void anyOther503SaysNothingOfItsCell() {
        one.behave((wire, request) ->
                wire.send("HTTP/1.1 503 No\r\nFeiqian-Code: 4021\r\nContent-Length: 0\r\n\r\n"));
        int refused = 0;
        for (int i = 0; i < 40 && refused < 2; i++) {
            refused += Wire.exchange(door.port(), journal("")).status() == 503 ? 1 : 0;
        }
        assertThat(refused).isEqualTo(2);
    }

    private Wire.Message post(String body) {
        return Wire.exchange(
                door.port(),
                "POST /pay HTTP/1.1\r\nHost: a\r\nFeiqian-Cell: cell-9\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
    }

    private static String journal(String flow) {
        String header = flow.isEmpty() ? "" : "Feiqian-Flow: " + flow + "\r\n";
        return "GET /journal HTTP/1.1\r\nHost: a\r\n" + header + "\r\n";
    }

    private ProxyConfig config() {
        return ProxyConfig.type()
                .parse(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                         "pools": [{"name": "bank", "backends": [
                            {"address": "127.0.0.1:%d", "cell": "cell-1"},
                            {"address": "127.0.0.1:%d", "cell": "cell-2"}]}],
                         "routes": [
                            {"name": "pay", "path": "/pay", "pool": "bank", "patience": "20s",
                             "cell": {"keys": [{"from": "JSON", "at": "/slot", "as": "SLOT"}]}},
                            {"name": "journal", "path": "/journal", "pool": "bank",
                             "cell": {"keys": [{"from": "HEADER", "at": "Feiqian-Flow", "as": "FLOW"}],
                                      "unowned": "BY_LOAD"}}]}
                        """
                                .formatted(one.port(), two.port()));
    }
}
