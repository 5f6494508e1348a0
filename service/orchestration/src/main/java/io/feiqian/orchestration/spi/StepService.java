package io.feiqian.orchestration.spi;

import java.util.concurrent.CompletionStage;

/**
 * A service that steps call, forward or in reverse. Its effect and the key of the call are one
 * local commit of its own, so that a repetition is answered from the record and has no second
 * effect; {@link StepCall.Direction#REVERSE} says what a reversal leaves behind. A bank's own
 * transactions, or any remote service, stand behind it.
 */
@FunctionalInterface
public interface StepService {
    /**
     * Begins the call. Runs on a thread of the engine's executor and may block; a stage that ends
     * in an exception counts as unknown.
     */
    CompletionStage<StepOutcome> call(StepCall call);
}
