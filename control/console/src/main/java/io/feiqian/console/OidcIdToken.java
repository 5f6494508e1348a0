package io.feiqian.console;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.feiqian.runtime.Clock;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether an ID token is the provider's, for this console and for this sign-in (OpenID
 * Connect Core 3.1.3.7). Thread-safe.
 */
final class OidcIdToken {
    /** How far the provider's clock may be off. */
    static final Duration LEEWAY = Duration.ofSeconds(30);

    /** Signatures by keys that only the provider has: none by a shared secret, and not none. */
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    private final OidcConfig config;
    private final OidcPublished published;
    private final Clock clock;

    OidcIdToken(OidcConfig config, OidcPublished published, Clock clock) {
        this.config = config;
        this.published = published;
        this.clock = clock;
    }

    /**
     * What a token says.
     *
     * @param nonce what the sign-in was begun with
     * @throws OidcException where it is not what it should be
     */
    JWTClaimsSet verify(String text, String nonce) {
        try {
            SignedJWT token = SignedJWT.parse(text);
            JWTClaimsSet claims = signed(token);
            requireForUs(claims);
            requireNow(claims);
            require(nonce.equals(claims.getStringClaim("nonce")), "nonce", "of this sign-in");
            String subject = Optional.ofNullable(claims.getSubject()).orElse("");
            require(
                    !subject.isBlank() && subject.length() <= 255,
                    "subject",
                    "1 to 255 characters");
            return claims;
        } catch (ParseException malformed) {
            throw OidcException.wrong("ID token: unreadable (expected: a signed one)");
        }
    }

    private JWTClaimsSet signed(SignedJWT token) {
        try {
            JWKSet keys = published.keys();
            if (selector(keys).selectJWSKeys(token.getHeader(), null).isEmpty()) {
                // Perhaps the provider has changed its keys since.
                keys = published.keysAnew();
            }
            DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
            processor.setJWSKeySelector(selector(keys));
            // Claims are judged here, by the clock that is given.
            processor.setJWTClaimsSetVerifier((_, _) -> {});
            return processor.process(token, null);
        } catch (BadJOSEException | JOSEException forged) {
            throw OidcException.wrong(
                    "ID token: its signature is wrong (expected: by a key of the provider)");
        }
    }

    private static JWSVerificationKeySelector<SecurityContext> selector(JWKSet keys) {
        return new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(keys));
    }

    private void requireForUs(JWTClaimsSet claims) throws ParseException {
        require(config.issuer().equals(claims.getIssuer()), "issuer", config.issuer());
        List<String> audience = claims.getAudience();
        require(audience.contains(config.clientId()), "audience", config.clientId());
        String party = claims.getStringClaim("azp");
        require(
                party == null ? audience.size() == 1 : party.equals(config.clientId()),
                "authorized party",
                config.clientId());
    }

    private void requireNow(JWTClaimsSet claims) {
        Instant now = clock.now();
        Optional<Instant> expires = time(claims.getExpirationTime());
        Optional<Instant> issued = time(claims.getIssueTime());
        Optional<Instant> begins = time(claims.getNotBeforeTime());
        require(
                expires.isPresent() && now.isBefore(expires.get().plus(LEEWAY)),
                "expiry",
                "in the future");
        require(
                issued.isPresent() && !issued.get().isAfter(now.plus(LEEWAY)),
                "time of issue",
                "in the past");
        require(
                begins.isEmpty() || !begins.get().isAfter(now.plus(LEEWAY)),
                "not before",
                "in the past");
    }

    private static Optional<Instant> time(Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }

    private static void require(boolean right, String what, String expected) {
        if (!right) {
            throw OidcException.wrong(
                    "ID token: %s is wrong (expected: %s)".formatted(what, expected));
        }
    }
}
