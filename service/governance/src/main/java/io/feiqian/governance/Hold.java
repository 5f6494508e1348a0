package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;

/** What a policy keeps of a call until it has ended. */
interface Hold {
    /** The call has ended. */
    void ended(long nowNanos, long tookNanos, OutcomeCode outcome);

    /** The call did not happen. */
    void abandoned();
}
