package io.feiqian.gateway;

/** A body of a type that no service reads; HTTP has a status of its own for it, 415. */
final class UnsupportedMediaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnsupportedMediaException(String message) {
        super(message);
    }
}
