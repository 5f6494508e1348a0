package io.feiqian.vocabulary;

/**
 * The state of a slot's ownership; what each admits is data in {@code StateTable} (state-table).
 */
public enum SlotState {
    /** All work is admitted. */
    OPEN(1),
    /** Being emptied before a move: work in flight finishes, new work is refused. */
    DRAINING(2),
    /** Between two owners: everything is to be tried again until its deadline. */
    MOVING(3),
    /** Promoted with possible loss: each account is restricted until it has been verified. */
    QUARANTINED(4),
    /** Credits are taken, debits refused. */
    CREDIT_ONLY(5),
    /** Nothing is admitted and nothing is unfinished. */
    CLOSED(6);

    private final int number;

    SlotState(int number) {
        this.number = number;
    }

    /** The stable number in tables and on the wire. */
    public int number() {
        return number;
    }

    /**
     * The state with this stable number.
     *
     * @throws IllegalArgumentException where there is none: the data is of a newer version
     */
    public static SlotState ofNumber(int number) {
        for (SlotState each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("slot state: " + number + " (expected: 1 to 6)");
    }
}
