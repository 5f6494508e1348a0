package io.feiqian.storage;

/**
 * What a contribution presumed of its rows was not so ({@link CommitContext#presumesNew}): the
 * transaction is rolled back, and its works are run again with a look.
 */
final class PresumptionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PresumptionException(String message) {
        super(message);
    }
}
