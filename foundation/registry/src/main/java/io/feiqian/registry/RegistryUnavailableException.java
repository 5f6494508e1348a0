package io.feiqian.registry;

/** The registry does not answer; of a change it is then not known whether it was made. */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With what was tried. */
    public RegistryUnavailableException(String message) {
        super(message);
    }

    /** With what was tried and what came of it. */
    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
