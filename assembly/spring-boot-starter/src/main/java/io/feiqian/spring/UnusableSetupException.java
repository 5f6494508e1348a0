package io.feiqian.spring;

/** The service cannot start as it is set up; the message says what to change. */
public final class UnusableSetupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String action;

    UnusableSetupException(String message, String action) {
        super(message);
        this.action = action;
    }

    UnusableSetupException(String message, String action, Throwable cause) {
        super(message, cause);
        this.action = action;
    }

    /** What whoever starts the service can do. */
    public String action() {
        return action;
    }
}
