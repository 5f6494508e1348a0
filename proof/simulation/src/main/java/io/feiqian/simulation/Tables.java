package io.feiqian.simulation;

/** The tables of a cell's database. */
final class Tables {
    static final String ACCOUNT = "account";
    static final String HOLD = "hold";
    static final String JOURNAL = "journal";
    static final String REVERSAL = "reversal";
    static final String DECISION = "decision";
    static final String BRANCH = "branch";
    static final String OUTBOX_KEY = "outbox_key";
    static final String OUTBOX = "outbox";
    static final String SKIPPED = "skipped";
    static final String INBOX_MARK = "inbox_mark";
    static final String NOTE = "note";
    static final String OWNERSHIP = "ownership";
    static final String DAY = "day";

    /** The lock under which a cell's business day stands. */
    static final String DAY_LOCK = "day";

    private Tables() {}

    /**
     * The one row of the table of the business day.
     *
     * @param open the open day, yyyymmdd
     * @param closedThrough the last closed day
     */
    record Day(int open, int closedThrough) {}
}
