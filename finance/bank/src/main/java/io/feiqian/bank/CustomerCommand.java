package io.feiqian.bank;

import io.feiqian.vocabulary.TraceNumber;

/** What the customers of one cell can be asked to do, as parts of a local commit. */
sealed interface CustomerCommand {
    /**
     * Opens a customer. The answer's value is {@link Opened}; a repetition is answered with the
     * number of the first call, whatever number it proposes.
     *
     * @param row the customer to be
     */
    record Open(CustomerRow row) implements CustomerCommand {
        TraceNumber trace() {
            return row.trace();
        }
    }

    /**
     * Refuses with {@code UNKNOWN_CUSTOMER} where there is no such customer; changes nothing.
     *
     * @param number the customer
     */
    record Require(CustomerNumber number) implements CustomerCommand {}

    /**
     * A customer was opened.
     *
     * @param number the number
     */
    record Opened(CustomerNumber number) {}
}
