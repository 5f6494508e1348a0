package io.feiqian.rpc.spi;

import io.feiqian.vocabulary.Outcome;
import java.util.Optional;

/** Follows one call that was let through. Called on threads that must not be blocked. */
public interface CallWatch {
    /** For calls that nobody follows. */
    CallWatch NONE = (outcome, nanos) -> {};

    /**
     * The call is over: told once for each call that was let through, whatever became of it, so
     * that what was taken for it can be given back.
     *
     * @param outcome how it ended
     * @param nanos how long it took, repetitions included
     */
    void ended(Outcome outcome, long nanos);

    /**
     * What is to be done instead where an outgoing call failed; asked before {@link #ended}, at
     * most once. {@link Ruling.Answer} and {@link Ruling.Elsewhere} are heeded.
     */
    default Optional<Ruling> instead(Outcome failure) {
        return Optional.empty();
    }
}
