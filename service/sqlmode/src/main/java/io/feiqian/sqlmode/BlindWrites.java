package io.feiqian.sqlmode;

/**
 * Whether a branch may change or delete a row that it did not read FOR UPDATE, to a value that
 * comes from outside the row (sql-locks).
 */
public enum BlindWrites {
    /**
     * Refused with {@code SQL_NOT_READ_FOR_UPDATE}: the value may come from a stale read, or from
     * one of another transaction's that is undone later. Deltas such as {@code set x = x + ?} pass.
     */
    REFUSED,
    /**
     * Allowed. Undo and locks stay whole; what is lost is the protection against lost updates: a
     * value that was computed from an ordinary read overwrites whatever was committed in between.
     */
    ALLOWED
}
