package io.feiqian.simulation;

import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.util.List;
import java.util.Optional;

/**
 * A row of a cell's ownership table.
 *
 * @param id names the fence's lock
 * @param slots the slots
 * @param state what they admit
 * @param epoch the version of the ownership
 */
record Range(int id, SlotRange slots, SlotState state, Epoch epoch) {
    private static final String LOCK = "range-";

    /** The name of the advisory lock that protects this row. */
    String lock() {
        return LOCK + id;
    }

    /** Whether a lock of this name protects the row of a range. */
    static boolean isLock(Object name) {
        return name instanceof String text && text.startsWith(LOCK);
    }

    /** The same slots in the next epoch. */
    Range next(SlotState newState) {
        return new Range(id, slots, newState, epoch.next());
    }

    /** The row of a slot among these. */
    static Optional<Range> of(Slot slot, List<Range> ranges) {
        for (Range each : ranges) {
            if (each.slots.contains(slot)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
