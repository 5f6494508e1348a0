package io.feiqian.gateway;

import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.vocabulary.OutcomeCode;

/** One way by which callers prove who they are. Never blocks. Thread-safe. */
interface Authenticator {
    /** What a request showed of its caller. */
    sealed interface Shown {
        /** Nothing of this kind. */
        record Nothing() implements Shown {}

        /** Who it is. */
        record Known(Caller caller) implements Shown {}

        /**
         * Something that does not count.
         *
         * @param detail what was wrong and what was expected; never why a secret did not match
         */
        record Wrong(OutcomeCode code, String detail) implements Shown {}
    }

    /** The one value for nothing. */
    Shown NOTHING = new Shown.Nothing();

    /** Who asks, as far as it shows. */
    Shown look(HttpQuestion question, Client client);

    /** What it expects, for those who showed nothing. */
    String expected();

    /** Its scheme, for {@code WWW-Authenticate}. */
    String scheme();

    /** Whether it must see bodies. */
    default boolean wantsBody() {
        return false;
    }

    /** What does not count. */
    static Shown wrong(String detail) {
        return new Shown.Wrong(OutcomeCode.UNAUTHENTICATED, detail);
    }
}
