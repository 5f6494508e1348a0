package io.feiqian.console;

import io.feiqian.console.OidcException.Why;
import java.util.Map;
import java.util.Optional;

/** Decides who of those for whom the provider vouches becomes which user, in which role. */
final class OidcAdmission {
    private static final String FIRST = "comes by OpenID Connect for the first time";
    private static final String OTHER = "is in other groups at the OpenID provider";

    private final OidcConfig config;
    private final OidcUsers known;
    private final Users users;
    private final Sessions sessions;
    private final Trail trail;

    OidcAdmission(OidcConfig config, OidcUsers known, Users users, Sessions sessions, Trail trail) {
        this.config = config;
        this.known = known;
        this.users = users;
        this.sessions = sessions;
        this.trail = trail;
    }

    /**
     * Admits somebody.
     *
     * @throws OidcException where the groups give no role, the name is not usable, or an
     *     administrator took the access away
     */
    User admit(OidcProvider.Person person) {
        Role role = role(person);
        String name = known.name(config.issuer(), person.subject(), person.name());
        Optional<User> before = users.find(name);
        if (before.filter(User::locked).isPresent()) {
            throw locked(name);
        }
        Map<String, String> details = Map.of("role", role.name());
        if (before.isEmpty()) {
            trail.add(name, FIRST, "console.user-add", name, details);
        } else if (!before.get().role().equals(role.name())) {
            trail.add(name, OTHER, "console.user-role", name, details);
        }
        User user = users.admit(name, role);
        if (user.locked()) {
            throw locked(name);
        }
        trail.add(name, "signs in", "console.sign-in", name, Map.of("by", "openid-connect"));
        return user;
    }

    /** Whoever has lost every role is out, with the sessions that are still open. */
    private Role role(OidcProvider.Person person) {
        try {
            return config.roleOf(person.groups());
        } catch (OidcException none) {
            known.find(config.issuer(), person.subject()).ifPresent(sessions::endAll);
            throw none;
        }
    }

    private static OidcException locked(String name) {
        return new OidcException(Why.LOCKED, name + ": locked by an administrator");
    }
}
