package io.feiqian.messaging;

/** What is to be done with the next message of a key. */
public enum KeyState {
    /** Deliver it. */
    FLOWING(1),
    /** Nothing: the consumer refused it too often; the key waits for an operator. */
    DEAD(2),
    /** Let the consumer's mark pass it without effect, as an operator ordered. */
    SKIPPING(3);

    private final int number;

    KeyState(int number) {
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
    public static KeyState ofNumber(int number) {
        for (KeyState each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new IllegalArgumentException("key state: " + number + " (expected: 1 to 3)");
    }
}
