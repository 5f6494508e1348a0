package io.feiqian.ledger;

/** What a journal row is about. Numbers are stable; they stand in the journal for ever. */
public enum EntryKind {
    /** From one account to another. */
    TRANSFER(1),
    /** Cash in. */
    DEPOSIT(2),
    /** Cash out. */
    WITHDRAWAL(3),
    /** To or from another bank, against our account there. */
    INTERBANK(4),
    /** Interest. */
    INTEREST(5),
    /** Interest as a penalty, for an account below zero. */
    PENALTY_INTEREST(6),
    /** A fee. */
    FEE(7),
    /** Settlement of a card payment. */
    CARD(8),
    /** Takes back another movement, wholly or in part. */
    REVERSAL(9),
    /** An account was opened; no money moved. */
    ACCOUNT_OPENED(101),
    /** An account's status was set; no money moved. */
    STATUS_SET(102);

    private static final int FIRST_EVENT = 100;

    private final int number;

    EntryKind(int number) {
        this.number = number;
    }

    /** The stable number. */
    public int number() {
        return number;
    }

    /** Whether money moves by it. */
    public boolean isMovement() {
        return number < FIRST_EVENT;
    }

    /** Whether a movement of this kind can be taken back: a reversal is final. */
    public boolean isReversible() {
        return isMovement() && this != REVERSAL;
    }

    /**
     * The kind with this stable number.
     *
     * @throws IllegalArgumentException where there is none: the data is of a newer version
     */
    public static EntryKind ofNumber(int number) {
        for (EntryKind each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("entry kind: " + number + " (expected: a known kind)");
    }
}
