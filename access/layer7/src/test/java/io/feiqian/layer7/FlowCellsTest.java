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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three cells behind the way in over real connections: two in this city, one in another. What is a
 * flow is split by its identifier; what belongs to accounts follows the map.
 */
@Timeout(60)
class FlowCellsTest {
    private static final int FLOWS = 300;
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);

    private final List<Shop> cells = List.of(new Shop("1"), new Shop("2"), new Shop("3"));
    private final Routes routes = new Routes(RouteMap.evenly(3));
    private final Timer timer = Timer.system("flow-cells");
    private final CellSteering steering =
            new CellSteering(
                    new MapCells(routes, SlotRule.hash(), Optional.empty()),
                    routes,
                    new Place("a", "east"),
                    FlowIdentifiers.ofOwnKey(Clock.system(), Randomness.seeded(1)),
                    Clock.system(),
                    timer,
                    Randomness.shared(3),
                    new SimpleMeterRegistry(),
                    100);
    private Door door = open("east", "east", "east");

    @AfterEach
    void stop() {
        door.close();
        steering.close();
        timer.close();
        cells.forEach(Shop::close);
    }

    @Requirement({"M6.2-1", "M6.2-2"})
    @Test
    void aJournalOfFlowsIsSplitOverCellsAndTheLossOfOneMovesItsShareOnly() {
        Map<String, String> flows = new HashMap<>();
        for (int i = 0; i < FLOWS; i++) {
            Wire.Message begun = flow("");
            assertThat(flows.put(begun.field("feiqian-flow"), cellOf(begun))).isNull();
        }
        for (int cell = 1; cell <= 3; cell++) {
            assertThat(shareOf(flows, cell)).as("of cell %d", cell).isGreaterThan(FLOWS / 6);
        }
        flows.forEach((flow, cell) -> {
            assertThat(flow.substring(1, 3)).as("stands in it").isEqualTo("0" + cell);
            assertThat(cellOf(flow(flow))).as("a second step").isEqualTo(cell);
        });

        cells.get(1).close();
        String first = firstOf(flows, "2");
        assertThat(settled(() -> flow(first), first.substring(4, 5))).isNotEqualTo("2");
        AtomicInteger moved = new AtomicInteger();
        flows.forEach((flow, cell) -> {
            String now = cellOf(flow(flow));
            if (cell.equals("2")) {
                moved.incrementAndGet();
                assertThat(now).as("the failover").isEqualTo(flow.substring(4, 5));
            } else {
                assertThat(now).isEqualTo(cell);
            }
        });
        assertThat(moved).hasValue(shareOf(flows, 2));
    }

    private static String firstOf(Map<String, String> flows, String cell) {
        return flows.entrySet().stream()
                .filter(each -> each.getValue().equals(cell))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    @Requirement("M6.2-1")
    @Test
    void theCellsWorkOnFlowsAtTheSameTime() throws Exception {
        List<String> flows = new ArrayList<>();
        for (int cell = 1; cell <= 3; cell++) {
            String wanted = Integer.toString(cell);
            Wire.Message begun = flow("");
            while (!cellOf(begun).equals(wanted)) {
                begun = flow("");
            }
            flows.add(begun.field("feiqian-flow"));
        }
        // No answer before all three cells have a request: one after the other would never end.
        CyclicBarrier together = new CyclicBarrier(3);
        for (Shop each : cells) {
            each.behave((wire, request) -> {
                await(together);
                wire.send(Shop.answer("together"));
            });
        }
        List<CompletableFuture<Wire.Message>> answers =
                flows.stream()
                        .map(each ->
                                CompletableFuture.supplyAsync(
                                        () -> flow(each), task -> Thread.startVirtualThread(task)))
                        .toList();
        for (CompletableFuture<Wire.Message> each : answers) {
            assertThat(each.get(20, TimeUnit.SECONDS).body()).isEqualTo("together");
        }
    }

    @Requirement({"M6.3-1", "M6.3-4"})
    @Test
    void theSplitOfTheCellsIsFollowedAndWhereItGivesNoAnswerTheWayInHasItsOwn() {
        door.close();
        door = open("east", "east", "west");
        routes.offer(
                routes.current()
                        .with(
                                new Route(
                                        SlotRange.of(0, 99),
                                        ONE,
                                        Optional.of(TWO),
                                        SlotState.OPEN,
                                        new Epoch(2))));
        assertThat(cellOf(account("0042"))).as("by the split").isEqualTo("1");
        assertThat(cellOf(account("9000"))).as("by the split").isEqualTo("3");
        assertThat(IntStream.range(0, 40).mapToObj(i -> cellOf(flow(""))))
                .as("no cell's: the own city's cells by load")
                .containsOnly("1", "2");

        // Who keeps the map is dead: the last one holds.
        routes.refreshFrom(
                () -> CompletableFuture.failedFuture(new IllegalStateException("nobody there")));
        cells.get(0)
                .behave((wire, request) ->
                        wire.send(
                                "HTTP/1.1 503 Moved\r\nFeiqian-Wrong-Cell: 9\r\nContent-Length: 0\r\n\r\n"));
        assertThat(account("0042").status()).as("said, and not tried for ever").isEqualTo(503);
        cells.get(0).behave((wire, request) -> wire.send(Shop.answer("said by 1")));
        assertThat(cellOf(account("0042"))).isEqualTo("1");

        // The owner is dead: its standby, and for flows whoever is left, at last another city.
        cells.get(0).close();
        assertThat(settled(() -> account("0042"), "2")).isEqualTo("2");
        assertThat(IntStream.range(0, 20).mapToObj(i -> cellOf(flow("")))).containsOnly("2");
        cells.get(1).close();
        assertThat(settled(() -> flow(""), "3")).isEqualTo("3");
        assertThat(account("0042").status()).as("no cell that may").isEqualTo(503);
        assertThat(cellOf(account("9000"))).as("the split of the others holds").isEqualTo("3");
    }

    private static void await(CyclicBarrier together) {
        try {
            together.await(20, TimeUnit.SECONDS);
        } catch (Exception alone) {
            throw new IllegalStateException(alone);
        }
    }

    /** A few requests may meet the death of a cell before it is known. */
    private static String settled(java.util.function.Supplier<Wire.Message> ask, String wanted) {
        String last = "";
        for (int i = 0; i < 1_000 && !last.equals(wanted); i++) {
            last = cellOf(ask.get());
        }
        return last;
    }

    private static int shareOf(Map<String, String> flows, int cell) {
        return (int) flows.values().stream().filter(Integer.toString(cell)::equals).count();
    }

    /** Which cell answered; what it is said where none did. */
    private static String cellOf(Wire.Message answer) {
        return answer.body().replace("said by ", "");
    }

    private Wire.Message flow(String flow) {
        String header = flow.isEmpty() ? "" : "Feiqian-Flow: " + flow + "\r\n";
        return Wire.exchange(door.port(), "GET /journal HTTP/1.1\r\nHost: a\r\n" + header + "\r\n");
    }

    private Wire.Message account(String slot) {
        return Wire.exchange(
                door.port(), "GET /pay HTTP/1.1\r\nHost: a\r\nX-Slot: " + slot + "\r\n\r\n");
    }

    private Door open(String... cities) {
        StringBuilder backends = new StringBuilder();
        for (int i = 0; i < cities.length; i++) {
            backends.append(i == 0 ? "" : ", ")
                    .append(
                            "{\"address\": \"127.0.0.1:%d\", \"cell\": \"cell-%d\", \"city\": \"%s\"}"
                                    .formatted(cells.get(i).port(), i + 1, cities[i]));
        }
        ProxyConfig config =
                ProxyConfig.type()
                        .parse(
                                """
                                {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                                 "pools": [{"name": "bank", "backends": [%s], "keptShare": 0}],
                                 "routes": [
                                    {"name": "pay", "path": "/pay", "pool": "bank",
                                     "cell": {"keys": [{"from": "HEADER", "at": "X-Slot", "as": "SLOT"}]}},
                                    {"name": "journal", "path": "/journal", "pool": "bank", "retries": 2,
                                     "cell": {"keys": [{"from": "HEADER", "at": "Feiqian-Flow", "as": "FLOW"}],
                                              "unowned": "BY_LOAD"}}]}
                                """
                                        .formatted(backends));
        return new Door(config, parts -> parts.withCells(steering));
    }
}
