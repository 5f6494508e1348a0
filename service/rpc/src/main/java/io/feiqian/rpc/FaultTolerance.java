package io.feiqian.rpc;

/** What is done where a call to a service fails (B6.3-d, P6.2.3-f). */
public enum FaultTolerance {
    /**
     * Another instance is asked: at once where the first was certainly not reached, and after a
     * pause, as often as configured and while the budget lasts, where the contract or the trace
     * number makes a repetition safe.
     */
    FAIL_OVER,
    /** The failure is the answer, after one attempt at one instance. */
    FAIL_FAST,
    /**
     * As {@link #FAIL_FAST}, but the failure does not matter to the caller ({@link
     * ServiceAnswer.Ignored}): for what is nice to have, never for money.
     */
    FAIL_SAFE
}
