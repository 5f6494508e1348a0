package io.feiqian.vocabulary;

/**
 * The name of a cell (单元): a full set of functions over ranges of slots, with its own database.
 *
 * @param number 1 to 99; written {@code cell-1}
 */
public record CellId(int number) implements Comparable<CellId> {
    private static final String PREFIX = "cell-";
    private static final int MOST = 99;
    private static final String[] NAMES = new String[MOST + 1];

    static {
        for (int i = 1; i <= MOST; i++) {
            NAMES[i] = PREFIX + i;
        }
    }

    /** Refuses a number outside 1 to 99 (each cell owns one of the pinned slots). */
    public CellId {
        if (number < 1 || number > MOST) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST, "cell: " + number + " (expected: 1 to 99)");
        }
    }

    /**
     * Reads {@code cell-1}.
     *
     * @throws RefusedException with {@link OutcomeCode#MALFORMED_REQUEST} for another form
     */
    public static CellId parse(String text) {
        if (!text.matches("cell-[1-9][0-9]?")) {
            throw new RefusedException(
                    OutcomeCode.MALFORMED_REQUEST,
                    "cell: " + Texts.quoted(text) + " (expected: cell-1 to cell-99)");
        }
        return new CellId(Integer.parseInt(text.substring(PREFIX.length())));
    }

    @Override
    public int compareTo(CellId that) {
        return Integer.compare(number, that.number);
    }

    @Override
    public String toString() {
        return NAMES[number];
    }
}
