package io.feiqian.rpc;

/**
 * It is not known whether a call had its effect. Asking again with the same trace number finds the
 * truth; taking it for a failure may do it twice.
 */
public final class UnknownAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** An answer that did not come; the message says what was waited for. */
    public UnknownAnswerException(String message) {
        super(message);
    }
}
