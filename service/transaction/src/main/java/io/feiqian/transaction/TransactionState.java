package io.feiqian.transaction;

/** How far a global transaction has come (decided-settled). */
public enum TransactionState {
    /** No decision is on record: never begun, or not decided yet. */
    UNDECIDED,
    /** Committed; some branch's confirm is not yet on record. */
    DECIDED,
    /** Committed, and every branch is confirmed. */
    SETTLED,
    /** Refused for a business reason; final. */
    REFUSED,
    /** Aborted: nothing moved, and the same trace number may be sent again. */
    ABORTED
}
