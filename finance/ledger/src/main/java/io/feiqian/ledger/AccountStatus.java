package io.feiqian.ledger;

/** What an account admits. Numbers are stable. */
public enum AccountStatus {
    /** Debits and credits. */
    OPEN(1),
    /** Nothing new; what has begun finishes. */
    FROZEN(2),
    /** Nothing; has no balance and nothing unfinished, and is never opened again. */
    CLOSED(3);

    private final int number;

    AccountStatus(int number) {
        this.number = number;
    }

    /** The stable number. */
    public int number() {
        return number;
    }

    /**
     * The status with this stable number.
     *
     * @throws IllegalArgumentException where there is none: the data is of a newer version
     */
    public static AccountStatus ofNumber(int number) {
        for (AccountStatus each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("account status: " + number + " (expected: 1 to 3)");
    }
}
