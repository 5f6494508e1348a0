package io.feiqian.simulation.audit;

/** What became visible in a cell's database, in plain numbers. */
public sealed interface Fact {
    /**
     * An account as it is now.
     *
     * @param number the account number
     * @param currency the currency's number
     * @param balance in minor units
     * @param held reserved
     * @param pending announced
     * @param limit how far below zero
     * @param openItems how many reservations stand
     * @param closed whether it is closed
     */
    record Account(
            long number,
            int currency,
            long balance,
            long held,
            long pending,
            long limit,
            int openItems,
            boolean closed)
            implements Fact {}

    /**
     * A new row of the journal.
     *
     * @param trace the trace number, 33 digits
     * @param sub the sub-number
     * @param accepted whether money moved
     * @param debit the account it left
     * @param credit the account it entered
     * @param amount in minor units
     * @param currency the currency's number
     * @param date the business date, yyyymmdd
     */
    record Movement(
            String trace,
            int sub,
            boolean accepted,
            long debit,
            long credit,
            long amount,
            int currency,
            int date)
            implements Fact {
        String key() {
            return trace + "-" + sub;
        }
    }

    /**
     * A new message of an outbox.
     *
     * @param key within what it is numbered
     * @param position its number
     * @param trace the trace number, 33 digits
     */
    record Sent(String key, long position, String trace) implements Fact {}

    /**
     * A message that had its effect.
     *
     * @param key within what it is numbered
     * @param trace the trace number, 33 digits
     */
    record Consumed(String key, String trace) implements Fact {}

    /**
     * A message that an operator gave up.
     *
     * @param key within what it is numbered
     * @param position its number
     */
    record Skipped(String key, long position) implements Fact {}

    /**
     * A cell's business day.
     *
     * @param closedThrough the last closed day, yyyymmdd
     */
    record Day(int closedThrough) implements Fact {}

    /**
     * The owner's row of a range of slots.
     *
     * @param first the first slot
     * @param last the last slot
     * @param writable whether this database may be written for these slots
     */
    record Ownership(int first, int last, boolean writable) implements Fact {}
}
