package io.feiqian.transaction;

/** How soon the branches of a committed transaction are confirmed. */
public enum Settling {
    /** At once: somebody waits for the end. */
    AT_ONCE,
    /**
     * Under load together with those of other transactions, within {@link GatherSettings#longest}:
     * the caller is answered at the decision, and many confirms in one commit cost far less.
     */
    GATHERED
}
