package io.feiqian.vocabulary;

/**
 * A value or a request that is refused, with its stable code.
 *
 * <p>Thrown by the constructors and readers of values, where there is nobody to hand an {@link
 * Outcome} to; whoever serves a request turns it into one at its border.
 */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final OutcomeCode code;

    /** A refusal with this code; the message says what came and what was expected. */
    public RefusedException(OutcomeCode code, String message) {
        super(message);
        this.code = code;
    }

    /** A refusal that another failure led to. */
    public RefusedException(OutcomeCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable code. */
    public OutcomeCode code() {
        return code;
    }

    /** This refusal as a value. */
    public Outcome.Refused outcome() {
        return new Outcome.Refused(code, String.valueOf(getMessage()));
    }
}
