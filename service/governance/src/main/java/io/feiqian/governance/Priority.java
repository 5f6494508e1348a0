package io.feiqian.governance;

/** What is given up last under overload; the order of the values is that of being given up. */
public enum Priority {
    /** What nobody waits for: batch, reports. */
    LOW,
    /** Queries. */
    NORMAL,
    /** Payments. */
    HIGH,
    /** What finishes work that was begun, and operators; never refused for load. */
    CRITICAL
}
