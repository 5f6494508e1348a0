package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import io.feiqian.configuration.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A way by which callers prove who they are (S.gw-6, P6.2.2.2-g); exactly one of its parts.
 *
 * @param certificate by the certificate of the connection
 * @param jwt by a token of an identity provider
 * @param signature by a signature over the request
 */
public record AuthenticatorConfig(
        Optional<CertificateProof> certificate,
        Optional<JwtProof> jwt,
        Optional<SignatureProof> signature) {
    /**
     * By the certificate that the client showed in TLS.
     *
     * @param callers the caller's name by the certificate's subject (RFC 2253) or one of its
     *     alternative names; nobody else is known
     * @param channels the channel by the caller's name
     */
    public record CertificateProof(
            Map<String, String> callers, @ByDefault("{}") Map<String, String> channels) {
        /** Refuses callers without a name. */
        public CertificateProof {
            callers = Map.copyOf(callers);
            channels = Map.copyOf(channels);
            callers.values().forEach(AuthenticatorConfig::requireName);
        }
    }

    /**
     * By a JSON web token (RFC 7519) in {@code Authorization: Bearer}.
     *
     * @param issuer who must have issued it
     * @param audience for whom it must be
     * @param keys where the issuer's keys are (JWKS); a file or an address
     * @param algorithms the algorithms that are believed
     * @param caller the claim with the caller's name
     * @param channel the claim with the channel
     * @param skew how far clocks may differ
     */
    public record JwtProof(
            String issuer,
            String audience,
            URI keys,
            @ByDefault("[\"RS256\", \"ES256\", \"PS256\"]") List<String> algorithms,
            @ByDefault("sub") String caller,
            @ByDefault("channel") String channel,
            @ByDefault("30s") Duration skew) {
        /** Signatures by keys that only the issuer has: none by a shared secret, and not none. */
        private static final Set<String> BELIEVABLE =
                Set.of(
                        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
                        "ES512");

        /** Refuses algorithms that anybody could sign with, and keys from nowhere. */
        public JwtProof {
            algorithms = List.copyOf(algorithms);
            if (algorithms.isEmpty() || !BELIEVABLE.containsAll(algorithms)) {
                throw new IllegalArgumentException(
                        "algorithms: %s (expected: some of %s)"
                                .formatted(algorithms, BELIEVABLE.stream().sorted().toList()));
            }
            if (issuer.isBlank() || audience.isBlank() || caller.isBlank() || channel.isBlank()) {
                throw new IllegalArgumentException(
                        "jwt: \"%s\", \"%s\", \"%s\", \"%s\" (expected: issuer, audience and claims)"
                                .formatted(issuer, audience, caller, channel));
            }
            String scheme = String.valueOf(keys.getScheme());
            if (!scheme.equals("file") && !scheme.equals("https") && !scheme.equals("http")) {
                throw new IllegalArgumentException(
                        "keys: %s (expected: an address with file, https or http)".formatted(keys));
            }
            if (skew.isNegative() || skew.compareTo(Duration.ofMinutes(5)) > 0) {
                throw new IllegalArgumentException("skew: " + skew + " (expected: 0 to 5m)");
            }
        }
    }

    /**
     * By a signature with a shared secret (HMAC) over method, path, query, time, nonce and body.
     *
     * @param keys the secrets by the caller's name
     * @param channels the channel by the caller's name
     * @param window how old a signature may be; within it a nonce counts once
     * @param nonces how many of them are remembered; when they are too many, requests are refused
     */
    public record SignatureProof(
            Map<String, Secret> keys,
            @ByDefault("{}") Map<String, String> channels,
            @ByDefault("2m") Duration window,
            @ByDefault("1000000") int nonces) {
        private static final int SHORTEST_SECRET = 32;

        /** Refuses secrets that could be guessed and windows that are none. */
        public SignatureProof {
            keys = Map.copyOf(keys);
            channels = Map.copyOf(channels);
            keys.forEach((caller, secret) -> {
                requireName(caller);
                if (secret.reveal().length() < SHORTEST_SECRET) {
                    throw new IllegalArgumentException(
                            "secret of %s: too short (expected: at least %d characters)"
                                    .formatted(caller, SHORTEST_SECRET));
                }
            });
            if (!window.isPositive() || window.compareTo(Duration.ofHours(1)) > 0 || nonces < 1) {
                throw new IllegalArgumentException(
                        "window, nonces: %s, %d (expected: up to 1h, 1 or more)"
                                .formatted(window, nonces));
            }
        }
    }

    /** Refuses none and several. */
    public AuthenticatorConfig {
        int parts =
                (certificate.isPresent() ? 1 : 0)
                        + (jwt.isPresent() ? 1 : 0)
                        + (signature.isPresent() ? 1 : 0);
        if (parts != 1) {
            throw new IllegalArgumentException(
                    "authenticator: %d of certificate, jwt, signature (expected: one)"
                            .formatted(parts));
        }
    }

    /** What is no name would be hard to tell from others in lists, signatures and logs. */
    private static void requireName(String caller) {
        if (!caller.matches("[!-~&&[^,=\"]]{1,100}")) {
            throw new IllegalArgumentException(
                    "caller: \"%s\" (expected: 1 to 100 printable characters, without , = and quotes)"
                            .formatted(caller));
        }
    }
}
