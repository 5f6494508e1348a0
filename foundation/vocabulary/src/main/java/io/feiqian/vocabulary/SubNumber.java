package io.feiqian.vocabulary;

/**
 * The number of one step inside a transaction: 0 is the initiator's own effect, 1 and up its
 * branches in order (子流水号). Requirement D6.4-e.
 *
 * @param number 0 to 9999
 */
public record SubNumber(int number) implements Comparable<SubNumber> {
    /** The initiator's own effect. */
    public static final SubNumber OWN = new SubNumber(0);

    /** Refuses a number outside 0 to 9999. */
    public SubNumber {
        if (number < 0 || number > 9_999) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "sub-number: " + number + " (expected: 0 to 9999)");
        }
    }

    @Override
    public int compareTo(SubNumber that) {
        return Integer.compare(number, that.number);
    }

    /** Four digits. */
    @Override
    public String toString() {
        return Texts.padded(number, 4);
    }
}
