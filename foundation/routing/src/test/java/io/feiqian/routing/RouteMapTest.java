package io.feiqian.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteMapTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final CellId THREE = new CellId(3);

    /** As it was written by the first version; this text must never be edited. */
    private static final String FIRST_FORMAT =
            """
            {"format":1,"version":7,"routes":[
              {"first":0,"last":4999,"owner":"cell-1","standby":"cell-2","state":"CREDIT_ONLY","epoch":3},
              {"first":5000,"last":9899,"owner":"cell-2","state":"OPEN","epoch":2},
              {"first":9901,"last":9901,"owner":"cell-1","state":"OPEN","epoch":1},
              {"first":9902,"last":9902,"owner":"cell-2","state":"OPEN","epoch":1}]}
            """;

    @Test
    void threeCellsShareTheCustomersEvenlyAndKeepAPinnedSlotEach() {
        RouteMap map = RouteMap.evenly(3);
        assertThat(map.version()).isEqualTo(1);
        assertThat(map.routes().stream().map(r -> r.slots() + " " + r.owner()))
                .containsExactly(
                        "0000-3299 cell-1",
                        "3300-6599 cell-2",
                        "6600-9899 cell-3",
                        "9901-9901 cell-1",
                        "9902-9902 cell-2",
                        "9903-9903 cell-3");
        assertThat(map.routes())
                .allMatch(r -> r.state() == SlotState.OPEN && r.epoch().equals(Epoch.FIRST));
        assertThat(map.cells()).containsExactly(ONE, TWO, THREE);
        assertThat(map.ownedBy(TWO)).hasSize(2);
    }

    @Test
    @Requirement({"D5.5-b", "D5.4-d", "D5.4-a"})
    void everyCustomerSlotHasExactlyOneOwnerHoweverManyCellsThereAre() {
        for (int cells = 1; cells <= 99; cells++) {
            RouteMap map = RouteMap.evenly(cells);
            int[] owned = new int[100];
            for (int n = 0; n < Slot.FIRST_PINNED; n++) {
                Slot slot = new Slot(n);
                Route route = map.route(slot);
                assertThat(route.slots().contains(slot)).isTrue();
                owned[route.owner().number()]++;
            }
            for (int cell = 1; cell <= cells; cell++) {
                assertThat(owned[cell]).isBetween(9_900 / cells, 9_900 / cells + 1);
                assertThat(map.route(Slot.pinnedTo(new CellId(cell))).owner().number())
                        .isEqualTo(cell);
            }
        }
    }

    @Test
    void aPinnedSlotOfACellThatIsNotThereHasNoRoute() {
        assertThat(RouteMap.evenly(3).find(new Slot(9_904))).isEmpty();
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RouteMap.evenly(3).route(new Slot(9_904)))
                .withMessageContaining("9904")
                .satisfies(e -> assertThat(e.code()).isEqualTo(OutcomeCode.NO_ROUTE));
    }

    @Test
    void aMapWithAGapAnOverlapOrAForeignPinnedSlotCannotExist() {
        refused("no owner of slot 5000", range(0, 4_999, ONE), pinned(ONE));
        refused("no owner of slot 0000", range(1, 9_899, ONE), pinned(ONE));
        refused("9899-9899", range(0, 9_899, ONE), range(9_899, 9_899, TWO), pinned(ONE));
        refused("no pinned slot of cell-2", range(0, 9_899, TWO), pinned(ONE));
        refused("9902-9902 with cell-1", range(0, 9_899, ONE), pinned(ONE), range(9902, 9902, ONE));
        refused("9901-9902 with cell-1", range(0, 9_899, ONE), range(9901, 9902, ONE));
    }

    @Test
    @Requirement("D5.4-e")
    void aChangeSplitsTheRangesAroundItAndTakesTheNextVersion() {
        Route change =
                new Route(
                        SlotRange.of(3_000, 3_999),
                        THREE,
                        Optional.of(ONE),
                        SlotState.DRAINING,
                        new Epoch(2));
        RouteMap next = RouteMap.evenly(3).with(change);
        assertThat(next.version()).isEqualTo(2);
        assertThat(next.routes().stream().map(r -> r.slots() + " " + r.owner()).limit(4))
                .containsExactly(
                        "0000-2999 cell-1",
                        "3000-3999 cell-3",
                        "4000-6599 cell-2",
                        "6600-9899 cell-3");
        assertThat(next.route(new Slot(3_500))).isEqualTo(change);
    }

    @Test
    void anEpochNeverStandsStillOrFalls() {
        RouteMap map = RouteMap.evenly(3);
        Route same = Route.open(SlotRange.of(0, 99), TWO, Epoch.FIRST);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> map.with(same))
                .satisfies(e -> assertThat(e.code()).isEqualTo(OutcomeCode.STALE_EPOCH));
    }

    @Requirement("D5.7-c")
    @Test
    void theFirstFormatEverWrittenIsStillRead() {
        RouteMap map = RouteMap.parse(FIRST_FORMAT);
        assertThat(map.version()).isEqualTo(7);
        assertThat(map.route(new Slot(1)))
                .isEqualTo(
                        new Route(
                                SlotRange.of(0, 4_999),
                                ONE,
                                Optional.of(TWO),
                                SlotState.CREDIT_ONLY,
                                new Epoch(3)));
        assertThat(map.route(new Slot(9_899)).epoch()).isEqualTo(new Epoch(2));
    }

    @Requirement("D5.7-c")
    @Test
    void whatALaterVersionAddsIsIgnoredAndWhatIsAbsentHasItsDefault() {
        String added =
                FIRST_FORMAT
                        .replace("\"version\":7", "\"version\":8,\"comment\":{\"by\":[\"x\"]}")
                        .replace("\"state\":\"OPEN\",\"epoch\":2", "\"site\":\"north\"");
        RouteMap map = RouteMap.parse(added);
        assertThat(map.version()).isEqualTo(8);
        assertThat(map.route(new Slot(5_000)))
                .isEqualTo(Route.open(SlotRange.of(5_000, 9_899), TWO, Epoch.FIRST));
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        RouteMap map =
                RouteMap.evenly(5)
                        .with(
                                new Route(
                                        SlotRange.of(10, 20),
                                        TWO,
                                        Optional.of(THREE),
                                        SlotState.QUARANTINED,
                                        new Epoch(9)));
        assertThat(RouteMap.parse(map.toJson())).isEqualTo(map).hasSameHashCodeAs(map);
    }

    @Test
    void textThatIsNoMapIsRefusedWithWhatWasExpected() {
        unreadable("{", "not JSON");
        unreadable("[]", "\"format\"");
        unreadable(FIRST_FORMAT.replace("\"format\":1", "\"format\":2"), "format 2");
        unreadable(FIRST_FORMAT.replace("\"version\":7", "\"version\":\"7\""), "\"version\"");
        unreadable(FIRST_FORMAT.replace("\"version\":7", "\"version\":0"), "version 0");
        unreadable(FIRST_FORMAT.replace("CREDIT_ONLY", "AJAR"), "AJAR");
        unreadable(FIRST_FORMAT.replace("\"first\":0", "\"first\":99999999999"), "slot");
        unreadable(FIRST_FORMAT.replace("cell-1", "cell-100"), "cell-100");
        unreadable("{\"format\":1,\"version\":1}", "routes");
        unreadable("{\"format\":1,\"version\":1,\"routes\":[]}", "no owner of slot 0000");
    }

    private static void unreadable(String json, String message) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RouteMap.parse(json))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(OutcomeCode.MALFORMED_REQUEST));
    }

    private static void refused(String message, Route... routes) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> RouteMap.of(1, new ArrayList<>(List.of(routes))))
                .withMessageContaining(message);
    }

    private static Route range(int first, int last, CellId owner) {
        return Route.open(SlotRange.of(first, last), owner, Epoch.FIRST);
    }

    private static Route pinned(CellId cell) {
        return range(9_900 + cell.number(), 9_900 + cell.number(), cell);
    }
}
