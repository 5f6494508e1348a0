package io.feiqian.routing;

/** What a piece of work is to the slot it touches; a column of the {@link StateTable}. */
public enum WorkKind {
    /** A debit, or anything that begins. */
    NEW_WORK,
    /** A credit that begins and ends in one commit. */
    NEW_CREDIT,
    /** Phase one of a branch. */
    TRY,
    /** The decision at the home slot. */
    DECISION,
    /** Phase two: commit. */
    CONFIRM,
    /** Phase two: abort. */
    CANCEL,
    /** What became of a transaction. */
    INQUIRY,
    /** An answer without effect. */
    READ
}
