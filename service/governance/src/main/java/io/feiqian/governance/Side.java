package io.feiqian.governance;

/** Which end of a call applies a policy. */
public enum Side {
    /** Whoever calls. */
    CALLER,
    /** Whoever is called. */
    PROVIDER,
    /** Where a request comes into the system, such as the gateway: there it gets its labels. */
    EDGE
}
