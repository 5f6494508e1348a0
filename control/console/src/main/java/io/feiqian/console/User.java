package io.feiqian.console;

/**
 * A user of the console.
 *
 * @param name 2 to 32 letters, digits, points and hyphens; after {@link #BY_OIDC} where an OpenID
 *     provider vouches for the user
 * @param role what the user may do
 * @param password what is kept of the password ({@link Passwords}); empty where there is none
 * @param firstUse whether the password was given by somebody else and has to be changed first
 * @param locked whether an administrator took the user's access away
 */
record User(String name, Role role, String password, boolean firstUse, boolean locked) {
    /** What names begin with that an OpenID provider gave: no other name has a colon. */
    static final String BY_OIDC = "oidc:";

    /** Whether an OpenID provider vouches for the user, who then has no password here. */
    boolean byOidc() {
        return name.startsWith(BY_OIDC);
    }

    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
