package io.feiqian.participant;

/** What the initiator answers an {@link Inquiry}; durable before it is said. */
public enum Verdict {
    /** The branch is listed by a committed decision: confirm it. */
    COMMIT,
    /** It is not, and never will be: cancel it. */
    ABORT
}
