package io.feiqian.orchestration;

/** The database does not answer, or not as it should; whether a change was made is not known. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The rows could not be read or written; whether a change was made is not known. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
