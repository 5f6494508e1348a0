package io.feiqian.layer7;

import io.feiqian.vocabulary.CellId;
import java.util.Optional;

/**
 * What ties the requests of one flow to the cell that was chosen for the first of them (M6.2-2): 32
 * decimal digits, so that it fits a header, a cookie or a journal number. Issued and read by {@link
 * FlowIdentifiers}.
 *
 * @param key the number of the key it is checked by, 0 to 9 (1 digit)
 * @param elastic the cell that was chosen (2 digits)
 * @param failover where to go while that one is down (2 digits, 00 for none)
 * @param serial makes it unique, below 10 to the 18th (18 digits); 9 digits of check follow
 */
public record FlowIdentifier(int key, CellId elastic, Optional<CellId> failover, long serial) {
    /** How many digits an identifier has. */
    public static final int DIGITS = 32;

    /** How many of them are the check. */
    static final int CHECK = 9;

    private static final long LARGEST = 999_999_999_999_999_999L;

    /** Refuses numbers that do not fit. */
    public FlowIdentifier {
        if (key < 0 || key > 9 || serial < 0 || serial > LARGEST) {
            throw new IllegalArgumentException(
                    "flow identifier: key %d, serial %d (expected: one digit, 18 digits)"
                            .formatted(key, serial));
        }
    }

    /** All digits but the check. */
    String body() {
        return "%d%02d%02d%018d"
                .formatted(key, elastic.number(), failover.map(CellId::number).orElse(0), serial);
    }
}
