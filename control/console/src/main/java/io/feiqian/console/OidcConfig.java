package io.feiqian.console;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a console is told about the OpenID provider by which its users may sign in. The client's
 * secret is none of it: it lies in the folder of secrets, under {@link #SECRET}.
 *
 * @param name what the sign-in page calls the provider, 1 to 40 characters
 * @param issuer the provider's issuer, exactly as it writes it
 * @param clientId what the provider calls this console
 * @param console where browsers reach this console; the provider sends them back there
 * @param scopes what is asked for, with spaces between; {@code openid} among them
 * @param userClaim the claim that holds a user's name
 * @param groupsClaim the claim that holds a user's groups
 * @param groups which group has which role
 */
public record OidcConfig(
        String name,
        String issuer,
        String clientId,
        String console,
        String scopes,
        String userClaim,
        String groupsClaim,
        List<Group> groups) {
    /** The name of the secret that the provider gave to this console. */
    public static final String SECRET = "console-oidc-secret";

    private static final Set<String> THIS_MACHINE =
            Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /**
     * The role of a group.
     *
     * @param group as the provider calls it
     * @param role {@code VIEWER}, {@code OPERATOR} or {@code ADMINISTRATOR}
     */
    public record Group(String group, String role) {
        /** Refuses a group without a name and a role that there is not. */
        public Group {
            require(!group.isBlank(), "group", "blank", "as the provider calls it");
            String wanted = role;
            require(
                    Role.builtIn(wanted).isPresent(),
                    "role",
                    role,
                    "one of " + Role.BUILT_IN.stream().map(Role::name).toList());
        }
    }

    /**
     * Refuses what could not work or would not be safe.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    public OidcConfig {
        groups = List.copyOf(groups);
        require(
                !name.isBlank() && name.length() <= 40,
                "name",
                name,
                "what the sign-in page calls the provider, 1 to 40 characters");
        requireAddress("issuer", issuer);
        requireAddress("console", console);
        console = console.replaceFirst("/$", "");
        require(!clientId.isBlank(), "clientId", "blank", "what the provider calls this console");
        require(
                Arrays.asList(scopes.split(" ", -1)).contains("openid"),
                "scopes",
                scopes,
                "openid among them");
        require(!userClaim.isBlank(), "userClaim", "blank", "such as preferred_username");
        require(!groupsClaim.isBlank(), "groupsClaim", "blank", "such as groups");
        require(!groups.isEmpty(), "groups", "none", "a group with a role, or nobody can sign in");
    }

    /** Where the provider keeps what it publishes about itself. */
    URI discovery() {
        return URI.create(issuer.replaceFirst("/$", "") + "/.well-known/openid-configuration");
    }

    /** Where the provider sends browsers back to; it has to be registered there. */
    String redirect() {
        return console + OidcSignIn.BACK;
    }

    /** Whether browsers reach this console by TLS. */
    boolean secure() {
        return console.startsWith("https:");
    }

    /**
     * An address that the provider published.
     *
     * @throws OidcException where it is not by TLS, unless all of this is on this machine
     */
    URI published(String what, String address) {
        try {
            URI uri = URI.create(address);
            boolean local = isHere(uri) && isHere(URI.create(issuer));
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || local)) {
                return uri;
            }
        } catch (IllegalArgumentException malformed) {
            throw OidcException.wrong(what + ": no address (expected: one)");
        }
        throw OidcException.wrong(what + ": " + address + " (expected: https)");
    }

    /**
     * The role of somebody in these groups. Whoever is in a group that manages users and in one
     * that acts on transactions is let in as neither: which of both was meant is not for the
     * console to guess, and nobody is to be both.
     *
     * @throws OidcException where there is none, or more than one person should have
     */
    Role roleOf(Set<String> memberships) {
        Set<Role> roles =
                groups.stream()
                        .filter(each -> memberships.contains(each.group()))
                        .flatMap(each -> Role.builtIn(each.role()).stream())
                        .collect(Collectors.toSet());
        if (roles.isEmpty()) {
            throw new OidcException(OidcException.Why.NO_GROUP, "groups: none that has a role");
        }
        Optional<Role> acts = roles.stream().filter(Role::moves).findFirst();
        Optional<Role> manages =
                roles.stream().filter(it -> it.may(Permission.USERS_MANAGE)).findFirst();
        if (acts.isPresent() && manages.isPresent()) {
            throw new OidcException(
                    OidcException.Why.TWO_ROLES, "groups: of two roles that exclude each other");
        }
        return acts.or(() -> manages).orElse(Role.VIEWER);
    }

    private static boolean isHere(URI address) {
        String host = address.getHost();
        return "http".equals(address.getScheme())
                && host != null
                && THIS_MACHINE.contains(host.toLowerCase(Locale.ROOT));
    }

    private static void requireAddress(String what, String address) {
        boolean safe;
        try {
            URI uri = URI.create(address);
            safe =
                    uri.getHost() != null
                            && ("https".equals(uri.getScheme()) || isHere(uri))
                            && uri.getRawQuery() == null
                            && uri.getRawFragment() == null
                            && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException malformed) {
            safe = false;
        }
        require(safe, what, address, "https://…, or http:// on this machine");
    }

    private static void require(boolean right, String what, String found, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(what, found, expected));
        }
    }
}
