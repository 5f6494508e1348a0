package io.feiqian.participant;

/**
 * What a global transaction consists of: calls of other services, and a share of one's own.
 *
 * @param <E> what it may throw; anything thrown aborts, a {@link
 *     io.feiqian.vocabulary.RefusedException} with its code
 */
@FunctionalInterface
public interface TransactionBody<E extends Exception> {
    /**
     * Runs once an attempt: again where an earlier attempt of the same trace number was aborted, so
     * it has no effects but through the scope. On the caller's thread.
     */
    void run(TransactionScope scope) throws E;
}
