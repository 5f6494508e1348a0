package io.feiqian.storage;

/** A cell's database cannot be started, opened or changed; the message says why and what to do. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A failure of ours or of the configuration. */
    public StorageException(String message) {
        super(message);
    }

    /** A failure that another one led to; its message is added. */
    public StorageException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
