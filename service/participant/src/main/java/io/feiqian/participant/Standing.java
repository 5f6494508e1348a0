package io.feiqian.participant;

/** What the answering side of a {@link PeerMessage} has on record after it. */
public enum Standing {
    /** Nothing. */
    NONE(0),
    /** The branch is tried. */
    TRIED(1),
    /**
     * The branch is confirmed. To an inquiry: its confirm is on record, and what is still tried is
     * a leftover to be cancelled.
     */
    CONFIRMED(2),
    /** The branch is cancelled. */
    CANCELLED(3),
    /** The branch was refused. */
    REFUSED(4),
    /** To an inquiry: not decided and still in time. */
    WAIT(5),
    /** To an inquiry: the branch is to be confirmed. */
    COMMITTED(6),
    /** To an inquiry: the branch is to be cancelled. */
    ABORTED(7);

    private final int number;

    Standing(int number) {
        this.number = number;
    }

    /** The stable number on the wire. */
    public int number() {
        return number;
    }

    /** The standing with this number; one of a newer version says nothing. */
    public static Standing ofNumber(int number) {
        for (Standing each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        return NONE;
    }
}
