package io.feiqian.console;

import java.util.Locale;

/**
 * Why somebody cannot sign in by OpenID Connect. The message is for the log and holds no secrets;
 * people read the text of {@link Why}.
 */
final class OidcException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What people are told. */
    enum Why {
        /** The provider does not answer. */
        DOWN,
        /** The provider answers what cannot be trusted. */
        WRONG,
        /** The provider refuses. */
        REFUSED,
        /** This sign-in was not begun in this browser, is over, or took too long. */
        OVER,
        /** In no group that has a role here. */
        NO_GROUP,
        /** In groups of which one manages users and another acts on transactions. */
        TWO_ROLES,
        /** The provider's name for the user is none that can be used here. */
        NAME,
        /** Somebody else had this name first. */
        TAKEN,
        /** An administrator took the access away. */
        LOCKED;

        /** The key of its text. */
        String key() {
            return "oidc." + name().toLowerCase(Locale.ROOT);
        }
    }

    private final Why why;

    OidcException(Why why, String message) {
        super(message);
        this.why = why;
    }

    /** The provider does not answer. */
    static OidcException down(String message, Throwable cause) {
        OidcException made = new OidcException(Why.DOWN, message);
        var _ = made.initCause(cause);
        return made;
    }

    /** The provider answers what cannot be trusted. */
    static OidcException wrong(String message) {
        return new OidcException(Why.WRONG, message);
    }

    Why why() {
        return why;
    }
}
