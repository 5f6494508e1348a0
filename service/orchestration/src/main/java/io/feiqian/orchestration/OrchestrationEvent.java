package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.StepOutcome;

/** What happens to an orchestration. */
public sealed interface OrchestrationEvent {
    /** It begins, or an instance takes it up: whatever was under way is not any more. */
    record TakenUp() implements OrchestrationEvent {}

    /**
     * A call or a reversal was answered, or was not in time.
     *
     * @param ask which
     * @param attempt the attempt that it answers
     * @param outcome how
     */
    record Answered(Ask ask, int attempt, StepOutcome outcome) implements OrchestrationEvent {}

    /**
     * A pause is over.
     *
     * @param ask what it was made before
     */
    record RetryDue(Ask ask) implements OrchestrationEvent {}

    /**
     * An operator wants it compensated.
     *
     * @param reason why
     */
    record Forced(String reason) implements OrchestrationEvent {}

    /** An operator wants nothing new to be called. */
    record Suspended() implements OrchestrationEvent {}

    /** An operator wants it to go on, and at once where it pauses. */
    record Resumed() implements OrchestrationEvent {}

    /**
     * An operator has reversed a step by hand.
     *
     * @param place which
     */
    record ReversedByHand(StepNumber place) implements OrchestrationEvent {}

    /** An operator has settled by hand what stopped. */
    record Closed() implements OrchestrationEvent {}
}
