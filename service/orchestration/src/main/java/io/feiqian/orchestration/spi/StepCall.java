package io.feiqian.orchestration.spi;

import io.feiqian.orchestration.StepNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import java.util.Optional;

/**
 * One request to a service. Trace number and sub-number are the key by which the service recognises
 * a repetition: whatever it answered to them definitely, it answers again.
 *
 * @param trace the business transaction
 * @param number the sub-number; a reversal bears that of the call which it reverses
 * @param direction whether the effect is asked for or its reversal
 * @param attempt 1 and up, for the service's log: it never makes a difference
 * @param service the service's name in the definition
 * @param input what the definition gives, in JSON; a reversal is given the same
 * @param output for a reversal, what the call answered, where that is kept
 * @param remaining how long the answer is waited for (decide-by)
 */
public record StepCall(
        TraceNumber trace,
        StepNumber number,
        Direction direction,
        int attempt,
        String service,
        String input,
        Optional<String> output,
        Duration remaining) {
    /** Which way. */
    public enum Direction {
        /** Do it. */
        FORWARD,
        /**
         * Undo it. What was never done is to be refused from now on: the service leaves a row under
         * the key which a late call meets (saga-steps).
         */
        REVERSE
    }
}
