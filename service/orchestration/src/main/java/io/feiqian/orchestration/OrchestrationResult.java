package io.feiqian.orchestration;

import java.util.Optional;

/**
 * How far an orchestration is, at its end or where nobody here knows more.
 *
 * @param phase an end; {@link OrchestrationPhase#STOPPED} where it waits for an operator; any other
 *     where another instance has taken it over, which tells the end when it is asked
 * @param failure why it failed, where it did
 */
public record OrchestrationResult(OrchestrationPhase phase, Optional<Failure> failure) {
    /** Whether every step has its effect. */
    public boolean isCompleted() {
        return phase == OrchestrationPhase.COMPLETED;
    }
}
