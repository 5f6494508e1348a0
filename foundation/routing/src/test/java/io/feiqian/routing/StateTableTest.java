package io.feiqian.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SlotState;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The whole table of the rule state-table, written a second time, by hand. */
class StateTableTest {
    private static final List<WorkKind> COLUMNS =
            List.of(
                    WorkKind.NEW_WORK,
                    WorkKind.NEW_CREDIT,
                    WorkKind.TRY,
                    WorkKind.DECISION,
                    WorkKind.CONFIRM,
                    WorkKind.CANCEL,
                    WorkKind.INQUIRY,
                    WorkKind.READ);

    private static final String TABLE =
            """
            OPEN        yes yes yes yes yes yes yes yes
            DRAINING    no  no  no  yes yes yes yes yes
            MOVING      no  no  no  no  no  no  no  no
            QUARANTINED no  no  no  yes yes yes yes yes
            CREDIT_ONLY no  yes yes yes yes yes yes yes
            CLOSED      no  no  no  no  no  no  no  no
            """;

    private static final Map<SlotState, OutcomeCode> REFUSALS =
            Map.of(
                    SlotState.DRAINING, OutcomeCode.SLOT_DRAINING,
                    SlotState.MOVING, OutcomeCode.SLOT_MOVING,
                    SlotState.QUARANTINED, OutcomeCode.QUARANTINED,
                    SlotState.CREDIT_ONLY, OutcomeCode.CREDIT_ONLY,
                    SlotState.CLOSED, OutcomeCode.SLOT_CLOSED);

    @Test
    void everyStateAdmitsExactlyTheWorkOfItsRow() {
        assertThat(COLUMNS).containsExactly(WorkKind.values());
        assertThat(TABLE.lines().map(line -> SlotState.valueOf(line.split(" +", -1)[0])))
                .containsExactly(SlotState.values());
        for (String line : TABLE.lines().toList()) {
            String[] cells = line.split(" +", -1);
            SlotState state = SlotState.valueOf(cells[0]);
            for (int i = 0; i < COLUMNS.size(); i++) {
                OutcomeCode expected =
                        cells[i + 1].equals("yes")
                                ? OutcomeCode.ACCEPTED
                                : REFUSALS.getOrDefault(state, OutcomeCode.INTERNAL_ERROR);
                assertThat(StateTable.admits(state, COLUMNS.get(i)))
                        .as("%s in a slot that is %s", COLUMNS.get(i), state)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void nothingStaysHalfDoneInAnyStateButMovingAndClosed() {
        Set<WorkKind> finishing =
                EnumSet.of(WorkKind.DECISION, WorkKind.CONFIRM, WorkKind.CANCEL, WorkKind.INQUIRY);
        for (SlotState state : SlotState.values()) {
            boolean finishes =
                    finishing.stream()
                            .allMatch(work -> StateTable.admits(state, work).number() == 0);
            assertThat(finishes)
                    .as("%s finishes what has begun", state)
                    .isEqualTo(state != SlotState.MOVING && state != SlotState.CLOSED);
        }
    }

    @Test
    void aRefusalByAStateThatPassesMayBeTriedAgain() {
        List<OutcomeCode> passing =
                Arrays.stream(SlotState.values())
                        .filter(s -> s == SlotState.MOVING || s == SlotState.DRAINING)
                        .map(s -> StateTable.admits(s, WorkKind.NEW_WORK))
                        .toList();
        assertThat(passing).hasSize(2).allMatch(OutcomeCode::isSafeToRetry);
    }
}
