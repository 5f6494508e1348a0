package io.feiqian.governance;

import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;

/**
 * What becomes of a call. Whoever applies it does exactly this: calls and closes the permit;
 * answers with the refusal; waits and resumes; answers with the fallback; or carries out the fault.
 */
public sealed interface Decision
        permits Admitted,
                Decision.Refused,
                Queued,
                Decision.Degraded,
                Decision.Failed,
                Decision.Aborted {

    /**
     * The call does not happen.
     *
     * @param code why, for programs
     * @param policy which policy says so
     * @param why why, for people
     * @param retryAfter after what time it makes sense to try again; zero where it is not known
     */
    record Refused(OutcomeCode code, PolicyRef policy, String why, Duration retryAfter)
            implements Decision {
        /** What the caller is told; it names the policy. */
        public Outcome.Refused outcome() {
            return new Outcome.Refused(code, "policy " + policy + ": " + why);
        }
    }

    /**
     * Something else is answered.
     *
     * @param policy which policy says so
     * @param instead what is answered
     * @param because what would have been refused, and why; empty where it is by hand
     */
    record Degraded(PolicyRef policy, Fallback instead, String because) implements Decision {}

    /**
     * A fault to order: the call ends with this code, without happening.
     *
     * @param policy which policy says so
     * @param code the code, any but accepted
     */
    record Failed(PolicyRef policy, OutcomeCode code) implements Decision {
        /** What the caller is told; it says that the fault was ordered. */
        public Outcome outcome() {
            return Outcome.of(code, "policy " + policy + ": a fault to order");
        }
    }

    /**
     * A fault to order: the call ends without any answer.
     *
     * @param policy which policy says so
     */
    record Aborted(PolicyRef policy) implements Decision {}
}
