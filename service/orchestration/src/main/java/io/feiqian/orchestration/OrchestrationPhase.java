package io.feiqian.orchestration;

/** How far an orchestration is. */
public enum OrchestrationPhase {
    /** Steps are called. */
    FORWARD(1, false),
    /** It failed: what was done is reversed, newest first. */
    COMPENSATING(2, false),
    /** It failed behind its point of no return: it waits for an operator. */
    STOPPED(3, false),
    /** Every step has its effect, once. */
    COMPLETED(4, true),
    /** No step has an effect. */
    COMPENSATED(5, true),
    /** Stopped, and then settled by an operator by hand. */
    CLOSED(6, true);

    private final int number;
    private final boolean end;

    OrchestrationPhase(int number, boolean end) {
        this.number = number;
        this.end = end;
    }

    /** The stable number in rows. */
    public int number() {
        return number;
    }

    /** Whether nothing follows. */
    public boolean isEnd() {
        return end;
    }

    /**
     * The phase with this number.
     *
     * @throws IllegalArgumentException where there is none: the row is of a newer version
     */
    public static OrchestrationPhase ofNumber(int number) {
        for (OrchestrationPhase each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("phase: " + number + " (expected: 1 to 6)");
    }
}
