package io.feiqian.governance;

/**
 * A document of policies that cannot be taken; the message says where, what came, what was
 * expected.
 */
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With this message. */
    public PolicyException(String message) {
        super(message);
    }
}
