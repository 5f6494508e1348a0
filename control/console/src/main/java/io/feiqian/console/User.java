package io.feiqian.console;

import java.util.Objects;

/**
 * A user of the console.
 *
 * @param name 2 to 32 letters, digits, points and hyphens; after {@link #BY_OIDC} where an OpenID
 *     provider vouches for the user
 * @param role the name of the role, which says what the user may do
 * @param tenant the name of the tenant, which says in which cells; that of all cells where an older
 *     version wrote the user down
 * @param password what is kept of the password ({@link Passwords}); empty where there is none
 * @param firstUse whether the password was given by somebody else and has to be changed first
 * @param locked whether an administrator took the user's access away
 */
record User(
        String name,
        String role,
        String tenant,
        String password,
        boolean firstUse,
        boolean locked) {
    /** What names begin with that an OpenID provider gave: no other name has a colon. */
    static final String BY_OIDC = "oidc:";

    User {
        tenant = Objects.requireNonNullElse(tenant, Tenant.ALL.name());
    }

    User withPassword(String kept, boolean first) {
        return new User(name, role, tenant, kept, first, locked);
    }

    User withLocked(boolean taken) {
        return new User(name, role, tenant, password, firstUse, taken);
    }

    User withRole(String other, String of) {
        return new User(name, other, of, password, firstUse, locked);
    }

    /** Whether an OpenID provider vouches for the user, who then has no password here. */
    boolean byOidc() {
        return name.startsWith(BY_OIDC);
    }

    @Override
    public String toString() {
        return name + " (" + role + ")";
    }
}
