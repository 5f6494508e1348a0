package io.feiqian.spring;

import java.net.http.HttpTimeoutException;

/**
 * The deadline passed while a call was waited for, so that it is not known what became of it; a
 * {@code RestClient} hands it on as it does any time-out.
 */
final class DeadlinePassedException extends HttpTimeoutException {
    private static final long serialVersionUID = 1;

    DeadlinePassedException(String message) {
        super(message);
    }
}
