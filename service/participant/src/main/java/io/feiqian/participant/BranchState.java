package io.feiqian.participant;

/** What a branch row says. */
public enum BranchState {
    /** Reserved; waits for the decision. */
    TRIED(1, Standing.TRIED),
    /** Final: the effect is posted. */
    CONFIRMED(2, Standing.CONFIRMED),
    /** Final: the reservation is given back, or a late try is refused. */
    CANCELLED(3, Standing.CANCELLED),
    /** Final: refused for a business reason. */
    REFUSED(4, Standing.REFUSED);

    private final int number;
    private final Standing standing;

    BranchState(int number, Standing standing) {
        this.number = number;
        this.standing = standing;
    }

    /** The stable number in tables. */
    public int number() {
        return number;
    }

    /** The same on the wire. */
    public Standing standing() {
        return standing;
    }

    /**
     * The state with this number.
     *
     * @throws IllegalArgumentException where there is none: the data is of a newer version
     */
    public static BranchState ofNumber(int number) {
        return switch (number) {
            case 1 -> TRIED;
            case 2 -> CONFIRMED;
            case 3 -> CANCELLED;
            case 4 -> REFUSED;
            default ->
                    throw new IllegalArgumentException(
                            "branch state: " + number + " (expected: 1 to 4)");
        };
    }
}
