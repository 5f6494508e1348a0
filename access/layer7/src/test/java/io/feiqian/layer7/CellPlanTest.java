package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.routing.Route;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Requirement({"D5.5-0", "M6.6-6"})
class CellPlanTest {
    private static final CellId ONE = new CellId(1);
    private static final CellId TWO = new CellId(2);
    private static final Duration LEFT = Duration.ofSeconds(2);

    @ParameterizedTest
    @CsvSource({
        "OPEN, false, forward",
        "OPEN, true, forward",
        "CREDIT_ONLY, false, forward",
        "CREDIT_ONLY, true, forward",
        "DRAINING, false, forward",
        "DRAINING, true, SLOT_DRAINING",
        "MOVING, false, SLOT_MOVING",
        "MOVING, true, SLOT_MOVING",
        "QUARANTINED, false, forward",
        "QUARANTINED, true, QUARANTINED",
        "CLOSED, false, SLOT_CLOSED",
        "CLOSED, true, SLOT_CLOSED",
    })
    void theMapDecides(SlotState state, boolean changes, String expected) {
        CellPlan impatient = plan(state, changes, Set.of(ONE, TWO), Duration.ZERO);
        CellPlan patient = plan(state, changes, Set.of(ONE, TWO), LEFT);
        if (expected.equals("forward")) {
            assertThat(impatient).isEqualTo(new CellPlan.Forward(ONE));
            assertThat(patient).isEqualTo(impatient);
            return;
        }
        OutcomeCode code = OutcomeCode.valueOf(expected);
        assertThat(impatient)
                .isInstanceOfSatisfying(
                        CellPlan.Refuse.class, refuse -> assertThat(refuse.code()).isEqualTo(code));
        boolean passes = code == OutcomeCode.SLOT_DRAINING || code == OutcomeCode.SLOT_MOVING;
        assertThat(patient).isEqualTo(passes ? new CellPlan.Wait(LEFT, code) : impatient);
    }

    @Test
    void aReadGoesToTheStandbyAtOnceWhereTheOwnerIsDead() {
        assertThat(plan(SlotState.OPEN, false, Set.of(TWO), LEFT))
                .isEqualTo(new CellPlan.Standby(TWO));
    }

    @Test
    void aChangeWaitsForANewOwnerBeforeItGoesToTheStandby() {
        assertThat(plan(SlotState.OPEN, true, Set.of(TWO), LEFT))
                .isEqualTo(new CellPlan.Wait(LEFT, OutcomeCode.CELL_UNAVAILABLE));
        assertThat(plan(SlotState.OPEN, true, Set.of(TWO), Duration.ZERO))
                .isEqualTo(new CellPlan.Standby(TWO));
    }

    @Test
    void whereNobodyServesItIsRefusedWithAClearCode() {
        assertThat(plan(SlotState.OPEN, true, Set.of(), Duration.ZERO))
                .isEqualTo(
                        new CellPlan.Refuse(
                                OutcomeCode.CELL_UNAVAILABLE, "no backend of cell-1 serves"));
        assertThat(plan(SlotState.OPEN, false, Set.of(), LEFT))
                .isEqualTo(new CellPlan.Wait(LEFT, OutcomeCode.CELL_UNAVAILABLE));
    }

    @Test
    void theStandbyOfASlotThatMayNotBeChangedIsNotChangedEither() {
        assertThat(plan(SlotState.QUARANTINED, true, Set.of(TWO), Duration.ZERO))
                .isInstanceOf(CellPlan.Refuse.class);
    }

    private static CellPlan plan(
            SlotState state, boolean changes, Set<CellId> serving, Duration left) {
        Route route = new Route(SlotRange.of(0, 99), ONE, Optional.of(TWO), state, new Epoch(3));
        return CellPlan.of(route, changes, serving::contains, left);
    }
}
