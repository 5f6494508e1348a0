package io.feiqian.participant;

/**
 * The kinds of branches, mixable in one global transaction. What each isolates and costs: {@code
 * docs/transactions.md}. Rows: B11.1, P6.3.1, D7.1-a.
 */
public enum BranchKind {
    /** Not known: the cancel came before the try. */
    NONE(0),
    /** Reserves, then confirms or gives back: three methods by the service's author. */
    TCC(1),
    /** Ordinary statements, undone by their images. */
    SQL(2),
    /** A prepared transaction of the database. */
    XA(3),
    /** Done at once, and reversed by a service of its own where the transaction aborts. */
    REVERSAL(4),
    /** Done after the decision, from a message that leaves exactly when it commits. */
    MESSAGE(5),
    /** A message whose effect a later one took back, or that came after its reversal. */
    REVERSED(6);

    private final int number;

    BranchKind(int number) {
        this.number = number;
    }

    /** The stable number in tables and on the wire. */
    public int number() {
        return number;
    }

    /**
     * The kind with this number.
     *
     * @throws IllegalArgumentException where there is none: the data is of a newer version
     */
    public static BranchKind ofNumber(int number) {
        for (BranchKind each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("branch kind: " + number + " (expected: 0 to 6)");
    }
}
