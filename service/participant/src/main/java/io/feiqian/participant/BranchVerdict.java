package io.feiqian.participant;

import static io.feiqian.participant.BranchState.CANCELLED;
import static io.feiqian.participant.BranchState.CONFIRMED;
import static io.feiqian.participant.BranchState.REFUSED;
import static io.feiqian.participant.BranchState.TRIED;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What a branch's state makes of a step, as data: every state and every step has one verdict. */
public enum BranchVerdict {
    /** Do it. */
    PROCEED,
    /** Done before: the recorded answer. */
    RECORDED,
    /** There is no such branch: plant the refusing row, or rebuild (unknown-branch). */
    ABSENT,
    /** There is such a branch by now: take the ordinary step. */
    PRESENT,
    /** Its cancel came first: the late try is refused. */
    LATE,
    /** Two durable facts contradict each other: an operator must look. */
    CONTRADICTION;

    private static final Map<BranchStep, Map<BranchState, BranchVerdict>> PRESENT_ROWS =
            new EnumMap<>(BranchStep.class);
    private static final Map<BranchStep, BranchVerdict> ABSENT_ROW =
            new EnumMap<>(BranchStep.class);

    static {
        row(BranchStep.TRY, PROCEED, RECORDED, RECORDED, LATE, RECORDED);
        row(BranchStep.CONFIRM, ABSENT, PROCEED, RECORDED, CONTRADICTION, CONTRADICTION);
        row(BranchStep.CANCEL, ABSENT, PROCEED, CONTRADICTION, RECORDED, RECORDED);
        row(BranchStep.PLANT, PROCEED, PRESENT, CONTRADICTION, RECORDED, RECORDED);
        row(BranchStep.REBUILD, PROCEED, PRESENT, RECORDED, CONTRADICTION, CONTRADICTION);
    }

    private static void row(
            BranchStep step,
            BranchVerdict absent,
            BranchVerdict tried,
            BranchVerdict confirmed,
            BranchVerdict cancelled,
            BranchVerdict refused) {
        ABSENT_ROW.put(step, absent);
        PRESENT_ROWS.put(
                step,
                new EnumMap<>(
                        Map.of(
                                TRIED, tried,
                                CONFIRMED, confirmed,
                                CANCELLED, cancelled,
                                REFUSED, refused)));
    }

    /** The verdict on a step; empty where there is no such branch. */
    public static BranchVerdict of(Optional<BranchState> state, BranchStep step) {
        BranchVerdict verdict =
                state.isEmpty()
                        ? ABSENT_ROW.get(step)
                        : PRESENT_ROWS.getOrDefault(step, Map.of()).get(state.get());
        if (verdict == null) {
            throw new IllegalStateException(
                    "verdict: none for %s of %s (expected: every pair)".formatted(step, state));
        }
        return verdict;
    }
}
