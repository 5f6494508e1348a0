package io.feiqian.orchestration;

import io.feiqian.orchestration.spi.OrchestrationAlarms;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to be done once the new state is durable. Losing any of them is repaired by taking up.
 */
public sealed interface OrchestrationEffect {
    /**
     * Call a service.
     *
     * @param ask what is asked for
     * @param attempt 1 and up
     * @param service the service's name
     * @param input in JSON
     * @param output for a reversal, what the call answered, where that is kept
     * @param timeout how long to wait
     */
    record Call(
            Ask ask,
            int attempt,
            String service,
            String input,
            Optional<String> output,
            Duration timeout)
            implements OrchestrationEffect {}

    /**
     * Say {@link OrchestrationEvent.RetryDue} after a pause.
     *
     * @param ask for what
     * @param pause how long
     */
    record Pause(Ask ask, Duration pause) implements OrchestrationEffect {}

    /**
     * Tell an operator.
     *
     * @param kind why
     * @param message the same for people
     */
    record Alarm(OrchestrationAlarms.Kind kind, String message) implements OrchestrationEffect {}

    /** Tell whoever waits for the end, or for the stop. */
    record Tell() implements OrchestrationEffect {}
}
