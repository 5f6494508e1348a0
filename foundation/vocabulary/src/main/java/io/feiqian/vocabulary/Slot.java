package io.feiqian.vocabulary;

/**
 * One of the 10,000 fixed fractions of the key space (逻辑分片), the unit of ownership and of moving.
 *
 * <p>Slots {@code 0000} to {@code 9899} hold customers and may move between cells. Slots {@code
 * 9900} to {@code 9999} are <em>pinned</em>: each belongs to one cell for ever and holds that
 * cell's internal and inter-cell accounts (books-follow).
 *
 * @param number 0 to 9999
 */
public record Slot(int number) implements Comparable<Slot> {
    /** How many slots there are. */
    public static final int COUNT = 10_000;

    /** The first pinned slot; customers are spread over the slots below it. */
    public static final int FIRST_PINNED = 9_900;

    /** Refuses a number outside 0 to 9999. */
    public Slot {
        if (number < 0 || number >= COUNT) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "slot: " + number + " (expected: 0 to " + (COUNT - 1) + ")");
        }
    }

    /** The pinned slot of a cell, where its internal accounts live. */
    public static Slot pinnedTo(CellId cell) {
        return new Slot(FIRST_PINNED + cell.number());
    }

    /** Whether this slot belongs to its cell for ever. */
    public boolean isPinned() {
        return number >= FIRST_PINNED;
    }

    @Override
    public int compareTo(Slot that) {
        return Integer.compare(number, that.number);
    }

    /** Four digits. */
    @Override
    public String toString() {
        return Texts.padded(number, 4);
    }
}
