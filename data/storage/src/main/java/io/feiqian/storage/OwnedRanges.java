package io.feiqian.storage;

import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The ownership rows of a cell's database as they were read at one moment. Immutable; for routing
 * inside the process and for naming the fence's locks. Whether they still hold is decided inside
 * each commit, never by this.
 */
public final class OwnedRanges {
    /**
     * One ownership row.
     *
     * @param id names the fence's lock
     * @param slots the slots
     * @param state their state
     * @param epoch their epoch
     */
    public record OwnedRange(int id, SlotRange slots, SlotState state, Epoch epoch) {}

    private static final short NONE = -1;

    private final List<OwnedRange> ranges;
    private final short[] bySlot = new short[Slot.COUNT];

    /** The view of these rows, which must not overlap. */
    public OwnedRanges(List<OwnedRange> rows) {
        ranges = List.copyOf(rows);
        Arrays.fill(bySlot, NONE);
        for (int i = 0; i < ranges.size(); i++) {
            SlotRange slots = ranges.get(i).slots();
            Arrays.fill(bySlot, slots.first().number(), slots.last().number() + 1, (short) i);
        }
    }

    /** All rows, by their ids. */
    public List<OwnedRange> ranges() {
        return ranges;
    }

    /** The row of this slot; empty where this cell does not own it. */
    public Optional<OwnedRange> of(Slot slot) {
        int index = bySlot[slot.number()];
        return index < 0 ? Optional.empty() : Optional.of(ranges.get(index));
    }

    /** The place of the slot's row in {@link #ranges()}, or -1. */
    int indexOf(Slot slot) {
        return bySlot[slot.number()];
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof OwnedRanges other && ranges.equals(other.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
