package io.feiqian.participantdubbo;

/** A service of the user's own. */
public interface Credits {
    /**
     * Credits an amount, as a branch of the transaction that the call carries.
     *
     * @throws IllegalStateException where it is refused
     */
    String credit(String order) throws IllegalStateException;
}
