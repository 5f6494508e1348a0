package io.feiqian.participant;

/** What a decision row says; no row means that nothing was decided. */
public enum DecisionState {
    /** Every listed branch is to be confirmed; final. */
    COMMITTED(1),
    /** This attempt and those before it are void; a higher attempt may follow. */
    ABORTED(2),
    /** Refused for a business reason, this attempt is void; final for the trace number. */
    REFUSED(3);

    private final int number;

    DecisionState(int number) {
        this.number = number;
    }

    /** The stable number in tables. */
    public int number() {
        return number;
    }

    /** Whether no further attempt may follow. */
    public boolean isFinal() {
        return this != ABORTED;
    }

    /**
     * The state with this number.
     *
     * @throws IllegalArgumentException where there is none: the data is of a newer version
     */
    public static DecisionState ofNumber(int number) {
        return switch (number) {
            case 1 -> COMMITTED;
            case 2 -> ABORTED;
            case 3 -> REFUSED;
            default ->
                    throw new IllegalArgumentException(
                            "decision state: " + number + " (expected: 1 to 3)");
        };
    }
}
