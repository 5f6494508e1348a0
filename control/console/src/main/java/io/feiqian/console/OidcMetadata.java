package io.feiqian.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * What a provider publishes about itself (OpenID Connect Discovery), as far as it is needed.
 *
 * @param authorization where browsers are sent
 * @param token where codes are exchanged
 * @param keys where its keys are
 * @param secretInForm whether the client's secret goes into the form and not into a header
 * @param namesItself whether it always says who it is when it sends a browser back (RFC 9207)
 */
record OidcMetadata(
        URI authorization, URI token, URI keys, boolean secretInForm, boolean namesItself) {
    private static final String BASIC = "client_secret_basic";
    private static final String POST = "client_secret_post";

    /**
     * Reads what was published.
     *
     * @throws OidcException where it is another's, is not by TLS, or lacks what is needed
     */
    static OidcMetadata of(JsonNode document, OidcConfig config) {
        String issuer = document.path("issuer").asText();
        if (!issuer.equals(config.issuer())) {
            throw OidcException.wrong(
                    "issuer: another one (expected: %s)".formatted(config.issuer()));
        }
        List<String> challenges = texts(document, "code_challenge_methods_supported");
        if (!challenges.isEmpty() && !challenges.contains("S256")) {
            throw OidcException.wrong("code challenges: others (expected: S256)");
        }
        List<String> ways = texts(document, "token_endpoint_auth_methods_supported");
        boolean basic = ways.isEmpty() || ways.contains(BASIC);
        if (!basic && !ways.contains(POST)) {
            throw OidcException.wrong(
                    "client authentication: others (expected: %s or %s)".formatted(BASIC, POST));
        }
        return new OidcMetadata(
                address(document, "authorization_endpoint", config),
                address(document, "token_endpoint", config),
                address(document, "jwks_uri", config),
                !basic,
                document.path("authorization_response_iss_parameter_supported").asBoolean());
    }

    private static URI address(JsonNode document, String key, OidcConfig config) {
        return config.published(key, document.path(key).asText());
    }

    private static List<String> texts(JsonNode document, String key) {
        List<String> all = new ArrayList<>();
        document.path(key).forEach(each -> all.add(each.asText()));
        return all;
    }
}
