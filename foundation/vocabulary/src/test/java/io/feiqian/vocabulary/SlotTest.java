package io.feiqian.vocabulary;

import static io.feiqian.vocabulary.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SlotTest {
    @Test
    void everyCellHasAPinnedSlotOfItsOwn() {
        long different =
                java.util.stream.IntStream.rangeClosed(1, 99)
                        .mapToObj(n -> Slot.pinnedTo(new CellId(n)))
                        .filter(Slot::isPinned)
                        .distinct()
                        .count();
        assertThat(different).isEqualTo(99);
        assertThat(new Slot(9_899).isPinned()).isFalse();
        assertThat(new Slot(7)).hasToString("0007");
    }

    @Test
    void whatIsNoSlotNoCellAndNoEpochIsRefused() {
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new Slot(-1));
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new Slot(10_000));
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new CellId(0));
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new CellId(100));
        for (String text : new String[] {"", "cell-0", "cell-01", "cell-100", "Cell-1", "1"}) {
            refused(OutcomeCode.MALFORMED_REQUEST, () -> CellId.parse(text));
        }
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new Epoch(0));
        assertThat(CellId.parse("cell-42")).isEqualTo(new CellId(42)).hasToString("cell-42");
        assertThat(Epoch.FIRST.next()).isEqualTo(new Epoch(2)).isGreaterThan(Epoch.FIRST);
    }

    @Test
    void aRangeHoldsItsEndsAndIsNeverPartlyPinned() {
        SlotRange range = SlotRange.of(10, 19);
        assertThat(range.size()).isEqualTo(10);
        assertThat(range.contains(new Slot(10))).isTrue();
        assertThat(range.contains(new Slot(19))).isTrue();
        assertThat(range.contains(new Slot(9))).isFalse();
        assertThat(range.contains(new Slot(20))).isFalse();
        assertThat(range.overlaps(SlotRange.of(19, 30))).isTrue();
        assertThat(range.overlaps(SlotRange.of(20, 30))).isFalse();
        assertThat(range.overlaps(SlotRange.of(0, 99))).isTrue();
        assertThat(range).hasToString("0010-0019");
        refused(OutcomeCode.MALFORMED_REQUEST, () -> SlotRange.of(2, 1));
        refused(OutcomeCode.MALFORMED_REQUEST, () -> SlotRange.of(9_899, 9_900));
    }

    @Test
    void statesKeepTheirNumbers() {
        assertThat(Arrays.stream(SlotState.values()).map(s -> s.number() + " " + s))
                .containsExactly(
                        "1 OPEN",
                        "2 DRAINING",
                        "3 MOVING",
                        "4 QUARANTINED",
                        "5 CREDIT_ONLY",
                        "6 CLOSED");
        for (SlotState state : SlotState.values()) {
            assertThat(SlotState.ofNumber(state.number())).isEqualTo(state);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> SlotState.ofNumber(7));
    }

    @Test
    void aBusinessDateIsADayAndNothingElse() {
        BusinessDate leap = BusinessDate.parse("2028-02-29");
        assertThat(leap).isEqualTo(BusinessDate.parse("20280229")).hasToString("2028-02-29");
        assertThat(leap.number()).isEqualTo(20_280_229);
        assertThat(leap.plusDays(1)).isEqualTo(BusinessDate.ofNumber(20_280_301));
        assertThat(leap.plusDays(366).daysSince(leap)).isEqualTo(366);
        assertThat(leap.daysSince(leap.plusDays(1))).isEqualTo(-1);
        assertThat(leap).isLessThan(leap.plusDays(1));
        for (String text :
                new String[] {"", "2026-02-29", "2026-1-1", "2026-13-01", "202601-01", "today"}) {
            refused(OutcomeCode.MALFORMED_REQUEST, () -> BusinessDate.parse(text));
        }
        refused(OutcomeCode.MALFORMED_REQUEST, () -> BusinessDate.ofNumber(0));
        refused(OutcomeCode.MALFORMED_REQUEST, () -> new BusinessDate(LocalDate.of(10_000, 1, 1)));
    }
}
