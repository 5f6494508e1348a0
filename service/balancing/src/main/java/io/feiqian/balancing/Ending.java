package io.feiqian.balancing;

/** How a call to an instance ended, as far as it says something of the instance. */
public enum Ending {
    /** It answered, whatever it said: a refusal for a business reason is an answer. */
    ANSWERED,
    /** It did not answer in time, broke off, or answered with a fault. */
    FAILED,
    /** It was certainly not reached, or refused unseen because it is stopping. */
    UNREACHED,
    /** The caller gave the call up; nothing is known of the instance. */
    ABANDONED
}
