package io.feiqian.transaction;

import java.util.List;

/**
 * What a pure protocol function answers: the next state and what is now to be done, in order.
 *
 * @param state the next state
 * @param effects what the driver executes; losing any of them is repaired by recovery
 * @param <S> the states
 * @param <F> the effects
 */
public record Transition<S, F>(S state, List<F> effects) {
    /** Copies the list. */
    public Transition {
        effects = List.copyOf(effects);
    }

    /** The same state and nothing to do. */
    public static <S, F> Transition<S, F> stay(S state) {
        return new Transition<>(state, List.of());
    }
}
