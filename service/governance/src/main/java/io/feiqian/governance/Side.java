package io.feiqian.governance;

/** Which end of a call applies a policy. */
public enum Side {
    /** Whoever calls. */
    CALLER,
    /** Whoever is called. */
    PROVIDER
}
