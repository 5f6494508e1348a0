package io.feiqian.orchestration;

/** What is known of a call. */
public enum StepStanding {
    /** Asked, or about to be asked again: no definite answer yet. */
    OPEN(1),
    /** Accepted: its effect is durable. */
    DONE(2),
    /** Refused: it has no effect. */
    REFUSED(3),
    /** Accepted, but its answer cannot be used: it failed and has an effect. */
    UNUSABLE(4),
    /** No definite answer, as often as it may be asked: it failed and may have an effect. */
    GIVEN_UP(5),
    /** It may have been asked when the steps around it failed: it may have an effect. */
    ABANDONED(6);

    private final int number;

    StepStanding(int number) {
        this.number = number;
    }

    /** The stable number in rows. */
    public int number() {
        return number;
    }

    /** Whether there is, or may be, an effect that a reversal has to take back. */
    public boolean mayHaveEffect() {
        return switch (this) {
            case DONE, UNUSABLE, GIVEN_UP, ABANDONED -> true;
            case OPEN, REFUSED -> false;
        };
    }

    /**
     * The standing with this number.
     *
     * @throws IllegalArgumentException where there is none: the row is of a newer version
     */
    public static StepStanding ofNumber(int number) {
        for (StepStanding each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("step standing: " + number + " (expected: 1 to 6)");
    }
}
