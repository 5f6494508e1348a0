package io.feiqian.messaging;

import java.util.List;

/**
 * What the relay's protocol answers: the next state and what is now to be done, in order.
 *
 * @param state the next state
 * @param effects what the driver executes
 */
public record RelayStep(RelayState state, List<RelayEffect> effects) {
    /** Copies the list. */
    public RelayStep {
        effects = List.copyOf(effects);
    }

    static RelayStep of(RelayState state, RelayEffect... effects) {
        return new RelayStep(state, List.of(effects));
    }
}
