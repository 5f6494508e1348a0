package io.feiqian.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.feiqian.proxy.AuthenticatorConfig.JwtProof;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Knows callers by a signed token of an identity provider (RFC 7519, RFC 8725): of the algorithms
 * that are configured and no others, by a key of the issuer, for this audience, now. Thread-safe.
 */
final class JwtAuthenticator implements Authenticator {
    private static final String BEARER = "Bearer ";
    private static final int LONGEST = 8_192;
    private static final int LONGEST_NAME = 255;

    private final JwtProof config;
    private final JwtKeys keys;
    private final Clock clock;
    private final Set<JWSAlgorithm> algorithms;

    JwtAuthenticator(JwtProof config, JwtKeys keys, Clock clock) {
        this.config = config;
        this.keys = keys;
        this.clock = clock;
        this.algorithms =
                config.algorithms().stream()
                        .map(JWSAlgorithm::parse)
                        .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Shown look(HttpQuestion question, Client client) {
        String shown = question.header("authorization").orElse("");
        if (!shown.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return NOTHING;
        }
        String text = shown.substring(BEARER.length()).strip();
        if (text.length() > LONGEST) {
            return Authenticator.wrong(
                    "token: %d characters (expected: at most %d)"
                            .formatted(text.length(), LONGEST));
        }
        try {
            return judge(SignedJWT.parse(text));
        } catch (ParseException | IllegalArgumentException malformed) {
            return Authenticator.wrong("token: unreadable (expected: a signed JSON web token)");
        }
    }

    private Shown judge(SignedJWT token) throws ParseException {
        if (!algorithms.contains(token.getHeader().getAlgorithm())) {
            return Authenticator.wrong(
                    "algorithm of the token: %s (expected: one of %s)"
                            .formatted(
                                    FieldValues.shortened(
                                            token.getHeader().getAlgorithm().getName()),
                                    config.algorithms()));
        }
        Optional<JWKSet> known = keys.current();
        if (known.isEmpty()) {
            keys.missed();
            return new Shown.Wrong(
                    OutcomeCode.SERVICE_UNAVAILABLE,
                    "the keys of " + config.issuer() + " could not be read yet; try again");
        }
        var selector =
                new JWSVerificationKeySelector<SecurityContext>(
                        algorithms, new ImmutableJWKSet<>(known.get()));
        try {
            if (selector.selectJWSKeys(token.getHeader(), null).isEmpty()) {
                keys.missed();
                return Authenticator.wrong(
                        "key of the token: not known (expected: one of %s; where it is new, try"
                                        .formatted(config.issuer())
                                + " again in some seconds)");
            }
            return judge(verified(token, selector));
        } catch (BadJOSEException | JOSEException forged) {
            return Authenticator.wrong(
                    "signature of the token: does not match (expected: by a key of %s)"
                            .formatted(config.issuer()));
        }
    }

    private static JWTClaimsSet verified(
            SignedJWT token, JWSVerificationKeySelector<SecurityContext> selector)
            throws BadJOSEException, JOSEException {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(selector);
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(
                        JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        // Claims are judged here, by the clock that is given.
        processor.setJWTClaimsSetVerifier((_, _) -> {});
        return processor.process(token, null);
    }

    private Shown judge(JWTClaimsSet claims) throws ParseException {
        Instant now = clock.now();
        Optional<Instant> expires = time(claims.getExpirationTime());
        Optional<Instant> begins = time(claims.getNotBeforeTime());
        Optional<Instant> issued = time(claims.getIssueTime());
        if (!config.issuer().equals(claims.getIssuer())) {
            return claim("issuer", config.issuer());
        }
        if (!claims.getAudience().contains(config.audience())) {
            return claim("audience", config.audience());
        }
        if (expires.isEmpty() || !now.isBefore(expires.get().plus(config.skew()))) {
            return claim("expiry", "in the future");
        }
        Instant latest = now.plus(config.skew());
        if (begins.isPresent() && begins.get().isAfter(latest)) {
            return claim("not before", "in the past");
        }
        if (issued.isPresent() && issued.get().isAfter(latest)) {
            return claim("time of issue", "in the past");
        }
        String caller = text(claims, config.caller());
        if (caller.isEmpty()) {
            return claim(config.caller(), "1 to 255 characters, who asks");
        }
        return new Shown.Known(new Caller(caller, text(claims, config.channel()), scopes(claims)));
    }

    private static String text(JWTClaimsSet claims, String name) {
        Object value = claims.getClaim(name);
        return value instanceof String text
                        && text.length() <= LONGEST_NAME
                        && text.chars().noneMatch(Character::isISOControl)
                ? text
                : "";
    }

    /** {@code scope} of RFC 8693, a text; or {@code scp}, a list. */
    private static Set<String> scopes(JWTClaimsSet claims) {
        Set<String> scopes = new HashSet<>();
        if (claims.getClaim("scope") instanceof String text) {
            scopes.addAll(List.of(text.strip().split(" +")));
        }
        if (claims.getClaim("scp") instanceof List<?> several) {
            several.forEach(each -> scopes.add(String.valueOf(each)));
        }
        scopes.remove("");
        return scopes;
    }

    private static Shown claim(String name, String expected) {
        return Authenticator.wrong(
                "%s of the token: wrong (expected: %s)".formatted(name, expected));
    }

    private static Optional<Instant> time(Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }

    @Override
    public String expected() {
        return "Authorization: Bearer and a token of " + config.issuer();
    }

    @Override
    public String scheme() {
        return "Bearer";
    }
}
