package io.feiqian.participant;

import io.feiqian.vocabulary.Outcome;

/**
 * It is not known whether a call had its effect: the commit's answer was lost. The same call again,
 * with the same numbers, finds the truth.
 */
public final class UnknownOutcomeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What was being waited for. */
    public UnknownOutcomeException(String message) {
        super(message);
    }

    /** The same as a value. */
    public Outcome.Unknown outcome() {
        return new Outcome.Unknown(String.valueOf(getMessage()));
    }
}
