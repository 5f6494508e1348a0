package io.feiqian.vocabulary;

/**
 * The slots from one to another, both included.
 *
 * @param first the first slot
 * @param last the last slot
 */
public record SlotRange(Slot first, Slot last) implements Comparable<SlotRange> {
    /** Refuses an empty range, and one that is partly pinned. */
    public SlotRange {
        if (first.number() > last.number() || first.isPinned() != last.isPinned()) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "slots: %s to %s (expected: first <= last, all or none pinned)"
                            .formatted(first, last));
        }
    }

    /** The range from {@code first} to {@code last}, both included. */
    public static SlotRange of(int first, int last) {
        return new SlotRange(new Slot(first), new Slot(last));
    }

    /** Whether the slot lies in this range. */
    public boolean contains(Slot slot) {
        return slot.number() >= first.number() && slot.number() <= last.number();
    }

    /** Whether any slot lies in both. */
    public boolean overlaps(SlotRange that) {
        return first.number() <= that.last.number() && that.first.number() <= last.number();
    }

    /** How many slots it holds. */
    public int size() {
        return last.number() - first.number() + 1;
    }

    @Override
    public int compareTo(SlotRange that) {
        return first.compareTo(that.first);
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
