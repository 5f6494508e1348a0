package io.feiqian.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.feiqian.cli.Json;
import io.feiqian.console.OidcException.Why;
import io.feiqian.security.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who is who of those who sign in by OpenID Connect: names change and are given to others, so a
 * name here belongs to the first person who came with it, as the provider tells people apart, and
 * stays that person's. Kept in a file as {@link Users} are. Thread-safe, also between processes: of
 * two people who come with one name at two consoles, one gets it.
 */
final class OidcUsers {
    private static final String FILE = "console-oidc-users";
    private static final Pattern CLAIMED = Pattern.compile("[a-z0-9][a-z0-9._@+-]{0,57}");

    private final Secrets secrets;

    OidcUsers(Secrets secrets) {
        this.secrets = secrets;
    }

    /** Whose a name is. */
    record Known(String issuer, String subject, String name) {}

    /** The name of somebody who was here before. */
    Optional<String> find(String issuer, String subject) {
        return read().stream()
                .filter(each -> each.issuer().equals(issuer) && each.subject().equals(subject))
                .map(Known::name)
                .findFirst();
    }

    /**
     * The name of somebody: the one had so far, or else what the provider says, in small letters
     * and marked as the provider's.
     *
     * @throws OidcException where that is no name, or somebody else's
     */
    String name(String issuer, String subject, String claimed) {
        Optional<String> before = find(issuer, subject);
        return before.isPresent()
                ? before.get()
                : secrets.alone(FILE, () -> given(issuer, subject, claimed));
    }

    private String given(String issuer, String subject, String claimed) {
        Optional<String> meanwhile = find(issuer, subject);
        if (meanwhile.isPresent()) {
            return meanwhile.get();
        }
        String small = claimed.toLowerCase(Locale.ROOT);
        if (!CLAIMED.matcher(small).matches()) {
            throw new OidcException(
                    Why.NAME, "name: unusable (expected: " + CLAIMED.pattern() + ")");
        }
        String name = User.BY_OIDC + small;
        List<Known> all = new ArrayList<>(read());
        if (all.stream().anyMatch(each -> each.name().equals(name))) {
            throw new OidcException(
                    Why.TAKEN, "name: %s is somebody else's (expected: a new one)".formatted(name));
        }
        all.add(new Known(issuer, subject, name));
        write(all);
        return name;
    }

    /** Gives a name to whoever comes with it next, such as after an account was made anew. */
    void release(String name) {
        var _ =
                secrets.alone(
                        FILE,
                        () -> {
                            List<Known> all = new ArrayList<>(read());
                            boolean found = all.removeIf(each -> each.name().equals(name));
                            if (found) {
                                write(all);
                            }
                            return found;
                        });
    }

    private List<Known> read() {
        try {
            return List.of(Json.MAPPER.readValue(secrets.find(FILE).orElse("[]"), Known[].class));
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(
                    "the file " + secrets.file(FILE) + " cannot be read (expected: names)", broken);
        }
    }

    private void write(List<Known> all) {
        secrets.replace(FILE, Json.write(all));
    }
}
