package io.feiqian.configuration;

/** A document that cannot be used; the message names document, key, value and what is expected. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With what is wrong. */
    public ConfigurationException(String message) {
        super(message);
    }

    /** With what is wrong and what said so. */
    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
