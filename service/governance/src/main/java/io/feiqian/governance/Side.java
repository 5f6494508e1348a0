package io.feiqian.governance;

/** Where a policy is applied. */
public enum Side {
    /** Whoever calls. */
    CALLER,
    /** Whoever is called. */
    PROVIDER,
    /** Whoever lets requests in from outside, before they are calls. */
    GATEWAY
}
