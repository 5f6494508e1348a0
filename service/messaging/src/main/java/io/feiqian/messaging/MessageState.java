package io.feiqian.messaging;

/** How far one message of the outbox has come. */
public enum MessageState {
    /** To be delivered, now or later. */
    READY(1),
    /** Consumed, and the acknowledgement is on record. */
    DONE(2),
    /** Given up by an operator; the consumer's mark has passed it. */
    SKIPPED(3);

    private final int number;

    MessageState(int number) {
        this.number = number;
    }

    /** The stable number in rows. */
    public int number() {
        return number;
    }

    /**
     * The state with this number.
     *
     * @throws IllegalArgumentException for any other number
     */
    public static MessageState ofNumber(int number) {
        for (MessageState each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("message state: " + number + " (expected: 1 to 3)");
    }
}
