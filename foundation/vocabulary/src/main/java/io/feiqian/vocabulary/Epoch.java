package io.feiqian.vocabulary;

/**
 * The version of a slot's ownership: it grows at every change of owner or state and never falls.
 *
 * @param number 1 or more
 */
public record Epoch(long number) implements Comparable<Epoch> {
    /** The epoch of a slot that never changed hands. */
    public static final Epoch FIRST = new Epoch(1);

    /** Refuses a number below 1. */
    public Epoch {
        if (number < 1) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "epoch: " + number + " (expected: >= 1)");
        }
    }

    /** The next one. */
    public Epoch next() {
        return new Epoch(number + 1);
    }

    @Override
    public int compareTo(Epoch that) {
        return Long.compare(number, that.number);
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
