package io.feiqian.mariadb;

import java.io.Serial;

/** A MariaDB that could not be unpacked, started or reached, with a plain message. */
public final class MariaDbException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    MariaDbException(String message) {
        super(message);
    }

    MariaDbException(String message, Throwable cause) {
        super(message, cause);
    }
}
