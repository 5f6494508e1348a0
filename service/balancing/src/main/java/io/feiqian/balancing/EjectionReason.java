package io.feiqian.balancing;

/** Why an instance takes no calls for a while. */
public enum EjectionReason {
    /** No connection to it can be made, or it said that it is stopping. */
    UNREACHED,
    /** So many calls in a row failed. */
    CONSECUTIVE_FAILURES,
    /** Too large a share of its calls failed. */
    FAILURE_SHARE,
    /** It answers much later than the others do. */
    LATENCY
}
