package io.feiqian.console;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.cli.Json;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A small OpenID provider that answers what a test wants it to, also what no real one would. It
 * checks what real ones check: the client's secret, the challenge, the address to go back to, and
 * that a code is used once.
 */
final class OidcTestProvider implements AutoCloseable {
    static final String CLIENT = "feiqian-console";
    static final String SECRET = "a secret: 100% of it+";

    private record Given(Map<String, String> asked, JWTClaimsSet claims) {}

    private final Clock clock;
    private final HttpServer server;
    private final Map<String, Given> codes = new ConcurrentHashMap<>();
    private final AtomicInteger counted = new AtomicInteger();

    /** How often a code was exchanged, well or not. */
    final AtomicInteger exchanges = new AtomicInteger();

    /** How often the keys were asked for. */
    final AtomicInteger keysAsked = new AtomicInteger();

    /** What it publishes besides, or instead. */
    final Map<String, Object> metadata = new ConcurrentHashMap<>();

    /** Changes the claims before they are signed. */
    volatile UnaryOperator<JWTClaimsSet.Builder> changed = claims -> claims;

    volatile RSAKey key = newKey("first");
    private volatile boolean broken;

    OidcTestProvider(Clock clock) {
        this(clock, 0);
    }

    OidcTestProvider(Clock clock, int port) {
        this.clock = clock;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/.well-known/openid-configuration", it -> answer(it, 200, published()));
        server.createContext(
                "/keys",
                it -> {
                    keysAsked.incrementAndGet();
                    answer(it, 200, new JWKSet(key.toPublicJWK()).toString());
                });
        server.createContext("/token", this::exchange);
        server.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Whether it answers with faults. */
    void breakDown(boolean now) {
        broken = now;
    }

    static RSAKey newKey(String name) {
        try {
            return new RSAKeyGenerator(2048).keyID(name).generate();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** What somebody does here: signs in, and is sent back with a code. Returns where to. */
    URI signIn(URI authorization, String subject, String name, List<String> groups) {
        Map<String, String> asked = parsed(authorization.getRawQuery());
        String code = "code-" + counted.incrementAndGet();
        Date now = Date.from(clock.now());
        codes.put(
                code,
                new Given(
                        asked,
                        new JWTClaimsSet.Builder()
                                .issuer(issuer())
                                .audience(CLIENT)
                                .subject(subject)
                                .issueTime(now)
                                .expirationTime(Date.from(clock.now().plus(Duration.ofMinutes(5))))
                                .claim("nonce", asked.get("nonce"))
                                .claim("preferred_username", name)
                                .claim("groups", groups)
                                .build()));
        return URI.create(
                asked.get("redirect_uri") + "?code=" + code + "&state=" + asked.get("state"));
    }

    /** A token as it would be signed. */
    static String signed(JWTClaimsSet claims, RSAKey by) {
        try {
            SignedJWT token =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(by.getKeyID()).build(),
                            claims);
            token.sign(new RSASSASigner(by));
            return token.serialize();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    static Map<String, String> parsed(String form) {
        Map<String, String> values = new TreeMap<>();
        for (String each : Arrays.asList(form.split("&", -1))) {
            int at = each.indexOf('=');
            values.put(
                    each.substring(0, at),
                    URLDecoder.decode(each.substring(at + 1), StandardCharsets.UTF_8));
        }
        return values;
    }

    private String published() {
        Map<String, Object> all = new HashMap<>();
        all.put("issuer", issuer());
        all.put("authorization_endpoint", issuer() + "/authorize");
        all.put("token_endpoint", issuer() + "/token");
        all.put("jwks_uri", issuer() + "/keys");
        all.put("code_challenge_methods_supported", List.of("S256"));
        all.putAll(metadata);
        return Json.write(all);
    }

    private void exchange(HttpExchange it) throws IOException {
        exchanges.incrementAndGet();
        Map<String, String> asked =
                parsed(new String(it.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        if (!isClient(it, asked)) {
            answer(it, 401, Json.write(Map.of("error", "invalid_client")));
            return;
        }
        Optional<Given> given =
                Optional.ofNullable(codes.remove(asked.getOrDefault("code", "")))
                        .filter(each -> isSame(each.asked(), asked));
        if (given.isEmpty()) {
            answer(it, 400, Json.write(Map.of("error", "invalid_grant")));
            return;
        }
        JWTClaimsSet claims = changed.apply(new JWTClaimsSet.Builder(given.get().claims())).build();
        answer(
                it,
                200,
                Json.write(
                        Map.of(
                                "access_token", "of no use",
                                "token_type", "Bearer",
                                "id_token", signed(claims, key))));
    }

    private static boolean isClient(HttpExchange it, Map<String, String> asked) {
        String shown =
                Optional.ofNullable(it.getRequestHeaders().getFirst("Authorization")).orElse("");
        if (shown.isEmpty()) {
            return CLIENT.equals(asked.get("client_id"))
                    && SECRET.equals(asked.get("client_secret"));
        }
        String both =
                new String(
                        Base64.getDecoder().decode(shown.replaceFirst("^Basic ", "")),
                        StandardCharsets.UTF_8);
        int colon = both.indexOf(':');
        return CLIENT.equals(URLDecoder.decode(both.substring(0, colon), StandardCharsets.UTF_8))
                && SECRET.equals(
                        URLDecoder.decode(both.substring(colon + 1), StandardCharsets.UTF_8));
    }

    private static boolean isSame(Map<String, String> begun, Map<String, String> asked) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(
                                    asked.getOrDefault("code_verifier", "")
                                            .getBytes(StandardCharsets.US_ASCII));
            return "S256".equals(begun.get("code_challenge_method"))
                    && Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(hash)
                            .equals(begun.get("code_challenge"))
                    && begun.getOrDefault("redirect_uri", "-").equals(asked.get("redirect_uri"));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void answer(HttpExchange it, int status, String body) throws IOException {
        try (it) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            it.getResponseHeaders().set("Content-Type", "application/json");
            it.sendResponseHeaders(broken ? 500 : status, bytes.length);
            it.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
