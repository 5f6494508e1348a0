package io.feiqian.orchestration;

import java.util.List;

/**
 * What the protocol answers.
 *
 * @param state the next state, to be durable first
 * @param effects what is then to be done, in order
 */
public record Transition(OrchestrationState state, List<OrchestrationEffect> effects) {
    /** Copies the list. */
    public Transition {
        effects = List.copyOf(effects);
    }
}
