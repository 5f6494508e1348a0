package io.feiqian.proxy;

import io.feiqian.configuration.ByDefault;
import io.feiqian.configuration.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            Map<String, String> callers, @ByDefault("{}") Map<String, String> channels) {}

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
            @ByDefault("30s") Duration skew) {}

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
            @ByDefault("1000000") int nonces) {}

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
}
