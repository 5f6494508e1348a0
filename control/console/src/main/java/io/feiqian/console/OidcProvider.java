package io.feiqian.console;

import com.nimbusds.jwt.JWTClaimsSet;
import io.feiqian.console.OidcAttempts.Attempt;
import io.feiqian.console.OidcException.Why;
import io.feiqian.runtime.Clock;
import io.feiqian.security.Secrets;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The provider that says who somebody is: authorization code flow with PKCE. Thread-safe.
 *
 * <p>Nothing but the ID token is taken from it; access tokens are thrown away.
 */
final class OidcProvider implements AutoCloseable {
    private final OidcConfig config;
    private final Secrets secrets;
    private final OidcHttp http;
    private final OidcPublished published;
    private final OidcIdToken idToken;

    /**
     * A provider; it is not asked before somebody signs in.
     *
     * @throws IllegalStateException where the client's secret is missing or others could read it
     */
    OidcProvider(OidcConfig config, Secrets secrets, OidcHttp http, Clock clock) {
        this.config = config;
        this.secrets = secrets;
        this.http = http;
        this.published = new OidcPublished(config, http, clock);
        this.idToken = new OidcIdToken(config, published, clock);
        var _ = secret();
    }

    /**
     * Whom the provider vouches for.
     *
     * @param subject how the provider tells people apart, whatever they are called
     * @param name what it calls them, as it writes it; may be empty
     * @param groups where they belong
     */
    record Person(String subject, String name, Set<String> groups) {
        /** Copies the set. */
        Person {
            groups = Set.copyOf(groups);
        }

        @Override
        public String toString() {
            return "a person of " + groups.size() + " groups";
        }
    }

    /** Where to send a browser that begins to sign in. */
    URI authorization(Attempt attempt) {
        URI there = published.metadata().authorization();
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("response_type", "code");
        asked.put("client_id", config.clientId());
        asked.put("redirect_uri", config.redirect());
        asked.put("scope", config.scopes());
        asked.put("state", attempt.state());
        asked.put("nonce", attempt.nonce());
        asked.put("code_challenge", attempt.challenge());
        asked.put("code_challenge_method", "S256");
        return URI.create(there + (there.getRawQuery() == null ? "?" : "&") + form(asked));
    }

    /**
     * Makes sure that an answer that a browser brought is this provider's: one that says whose it
     * is must say so rightly, and where the provider always says so it must not be missing.
     */
    void requireFrom(String issuer) {
        boolean named = !issuer.isEmpty();
        if (named ? !issuer.equals(config.issuer()) : published.metadata().namesItself()) {
            throw OidcException.wrong(
                    "iss: another provider (expected: %s)".formatted(config.issuer()));
        }
    }

    /** Whom a code stands for. */
    Person exchange(String code, Attempt attempt) {
        OidcMetadata where = published.metadata();
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("grant_type", "authorization_code");
        asked.put("code", code);
        asked.put("redirect_uri", config.redirect());
        asked.put("code_verifier", attempt.verifier());
        String authorization = "";
        if (where.secretInForm()) {
            asked.put("client_id", config.clientId());
            asked.put("client_secret", secret());
        } else {
            authorization = basic();
        }
        OidcHttp.Answer answer = http.post(where.token(), form(asked), authorization);
        if (answer.status() != 200) {
            String error = answer.body().path("error").asText();
            throw error.equals("invalid_grant")
                    ? new OidcException(
                            Why.OVER, "code: refused (expected: new and of this sign-in)")
                    : OidcException.wrong(
                            "%s: status %d, %s (expected: 200)"
                                    .formatted(where.token(), answer.status(), shown(error)));
        }
        JWTClaimsSet claims =
                idToken.verify(answer.body().path("id_token").asText(), attempt.nonce());
        return new Person(
                claims.getSubject(),
                claims.getClaim(config.userClaim()) instanceof String name ? name : "",
                groups(claims.getClaim(config.groupsClaim())));
    }

    /** A word of the provider, where it is one that a log can hold. */
    static String shown(String error) {
        return error.matches("[a-z_]{1,40}") ? error : "an error";
    }

    private static Set<String> groups(Object claim) {
        if (claim instanceof Collection<?> all) {
            return all.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .collect(Collectors.toSet());
        }
        return claim instanceof String one ? Set.of(one) : Set.of();
    }

    /** Read each time, so that a new one counts at once. */
    private String secret() {
        return secrets.find(OidcConfig.SECRET)
                .orElseThrow(() ->
                        new IllegalStateException(
                                "secret %s: missing (expected: what the provider gave to this console)"
                                        .formatted(secrets.file(OidcConfig.SECRET))));
    }

    /** RFC 6749 2.3.1 encodes both before they are joined. */
    private String basic() {
        String both = encoded(config.clientId()) + ":" + encoded(secret());
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }

    private static String form(Map<String, String> values) {
        return values.entrySet().stream()
                .map(each -> each.getKey() + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
