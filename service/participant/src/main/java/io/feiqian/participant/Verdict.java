package io.feiqian.participant;

/** What the initiator answers an {@link Inquiry}; durable before it is said. */
public enum Verdict {
    /** The branch is listed by a committed decision: confirm it. */
    COMMIT,
    /**
     * Its confirm is on record already: where it is still tried, that is a leftover of a try that
     * came again, and to be cancelled; where it is confirmed, nothing is to be done.
     */
    ENDED,
    /** It is not, and never will be: cancel it. */
    ABORT
}
