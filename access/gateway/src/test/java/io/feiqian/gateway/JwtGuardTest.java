package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.feiqian.proxy.AccessConfig;
import io.feiqian.proxy.AuthenticatorConfig;
import io.feiqian.proxy.AuthenticatorConfig.JwtProof;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.RouteConfig;
import io.feiqian.proxy.Verdict;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is known by a token of an identity provider, and who is not. */
class JwtGuardTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final RSAKey KEY = key("one");
    private static final RSAKey NEWER = key("two");

    private final SettableClock clock = new SettableClock(NOW);
    private final ManualTimer timer = new ManualTimer(clock);
    private final Guards guards = new Guards(clock, timer, new SimpleMeterRegistry());
    private final RouteConfig route =
            ApiFixture.route(List.of("bank"), AccessConfig.ANYBODY, Optional.empty());
    private volatile JWKSet published = new JWKSet(KEY.toPublicJWK());
    private volatile int status = 200;
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer provider;

    @BeforeEach
    void start() throws IOException {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext(
                "/keys",
                exchange -> {
                    asked.incrementAndGet();
                    byte[] body = published.toString().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        provider.start();
        guards.apply(Map.of("bank", config()));
    }

    @AfterEach
    void stop() {
        guards.close();
        provider.stop(0);
    }

    private AuthenticatorConfig config() {
        URI keys = URI.create("http://127.0.0.1:" + provider.getAddress().getPort() + "/keys");
        return new AuthenticatorConfig(
                Optional.empty(),
                Optional.of(
                        new JwtProof(
                                "https://id.example",
                                "bank",
                                keys,
                                List.of("RS256", "ES256"),
                                "sub",
                                "channel",
                                Duration.ofSeconds(30))),
                Optional.empty());
    }

    @Requirement({"B6.2-b.1", "P6.2.2.2-g", "S.gw-6"})
    @Test
    void aTokenOfTheProviderSaysWhoAsks() throws Exception {
        Verdict.Admitted admitted = (Verdict.Admitted) known(token(KEY, claims -> {}));

        assertThat(admitted.caller().name()).isEqualTo("acme");
        assertThat(admitted.caller().channel()).isEqualTo("mobile");
        assertThat(admitted.caller().scopes()).isEqualTo(Set.of("pay", "read"));
    }

    @Requirement({"B6.2-b.1", "S.gw-6"})
    @Test
    void whatIsWrongWithATokenIsSaidAndNeverWhyASecretDidNotMatch() throws Exception {
        known(token(KEY, claims -> {}));

        refused(token(KEY, claims -> claims.issuer("https://other.example")), "issuer");
        refused(token(KEY, claims -> claims.audience("shop")), "audience");
        refused(token(KEY, claims -> claims.expirationTime(at(-31))), "expiry");
        refused(token(KEY, claims -> claims.expirationTime(null)), "expiry");
        refused(token(KEY, claims -> claims.notBeforeTime(at(31))), "not before");
        refused(token(KEY, claims -> claims.issueTime(at(31))), "time of issue");
        refused(token(KEY, claims -> claims.subject(null)), "sub");
        refused(token(key("one"), claims -> {}), "signature of the token: does not match");
        refused(token(KEY, claims -> claims.claim("x", "y".repeat(9_000))), "at most 8192");
        refused("a.b.c", "unreadable");
        assertThat(judge(token(KEY, claims -> claims.expirationTime(at(-29)))))
                .as("within the skew")
                .isInstanceOf(Verdict.Admitted.class);
    }

    @Requirement("S.gw-6")
    @Test
    void noTokenChoosesItsOwnAlgorithm() throws Exception {
        known(token(KEY, claims -> {}));

        refused(new PlainJWT(claims(each -> {})).serialize(), "unreadable");
        // Signed with the public key as if it were a shared secret.
        SignedJWT confused =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(),
                        claims(each -> {}));
        confused.sign(new MACSigner(KEY.toRSAPublicKey().getEncoded()));
        refused(confused.serialize(), "algorithm of the token: HS256");
        SignedJWT other =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("one").build(),
                        claims(each -> {}));
        other.sign(new RSASSASigner(KEY));
        refused(other.serialize(), "algorithm of the token: RS512");
    }

    @Requirement("S.gw-6")
    @Test
    void newKeysAreReadWhereOneIsMissingButNotAsOftenAsAnybodyLikes() throws Exception {
        known(token(KEY, claims -> {}));
        published = new JWKSet(List.of(KEY.toPublicJWK(), NEWER.toPublicJWK()));
        int before = asked.get();

        for (int i = 0; i < 20; i++) {
            refused(token(NEWER, claims -> {}), "key of the token: not known");
        }
        assertThat(asked).as("read just now").hasValue(before);
        clock.advance(Duration.ofSeconds(11));
        assertThat(known(token(NEWER, claims -> {}))).isInstanceOf(Verdict.Admitted.class);
        assertThat(asked).hasValue(before + 1);
    }

    @Requirement("S.gw-6")
    @Test
    void aDeadProviderChangesNothingForKeysThatAreKnown() throws Exception {
        known(token(KEY, claims -> {}));
        int before = asked.get();
        status = 503;
        timer.advance(Duration.ofMinutes(6));
        Clock real = Clock.system();
        long end = real.nanos() + Duration.ofSeconds(20).toNanos();
        while (asked.get() == before && real.nanos() < end) {
            Thread.onSpinWait();
        }
        assertThat(asked.get()).isGreaterThan(before);
        assertThat(judge(token(KEY, claims -> claims.expirationTime(at(3_600)))))
                .isInstanceOf(Verdict.Admitted.class);
    }

    @Test
    void aConfigurationWithAlgorithmsThatAnybodyCouldSignWithIsRefused() {
        for (String each : List.of("none", "HS256", "RS1")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() ->
                            new JwtProof(
                                    "https://id.example",
                                    "bank",
                                    URI.create("file:/keys"),
                                    List.of("RS256", each),
                                    "sub",
                                    "channel",
                                    Duration.ZERO))
                    .hasMessageContaining("algorithms")
                    .hasMessageContaining("expected");
        }
    }

    /** Asks until keys that are being read are there. */
    private Verdict known(String token) {
        Clock real = Clock.system();
        long end = real.nanos() + Duration.ofSeconds(20).toNanos();
        Verdict verdict = judge(token);
        while (!(verdict instanceof Verdict.Admitted) && real.nanos() < end) {
            Thread.onSpinWait();
            verdict = judge(token);
        }
        assertThat(verdict).isInstanceOf(Verdict.Admitted.class);
        return verdict;
    }

    private void refused(String token, String expected) throws IOException {
        Verdict verdict = judge(token);
        assertThat(verdict).as(expected).isInstanceOf(Verdict.Answered.class);
        HttpAnswer answer = ((Verdict.Answered) verdict).answer();
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.headers()).containsEntry("WWW-Authenticate", "Bearer");
        assertThat(new ObjectMapper().readTree(answer.body()).path("detail").asText())
                .contains(expected)
                .contains("expected");
    }

    private Verdict judge(String token) {
        return guards.judge(
                route,
                ApiFixture.get("/v1/x", "Authorization", "Bearer " + token),
                ApiFixture.client("192.0.2.1"));
    }

    private Date at(int seconds) {
        return Date.from(clock.now().plusSeconds(seconds));
    }

    private String token(RSAKey key, Consumer<JWTClaimsSet.Builder> changes) throws JOSEException {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                        claims(changes));
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private JWTClaimsSet claims(Consumer<JWTClaimsSet.Builder> changes) {
        JWTClaimsSet.Builder claims =
                new JWTClaimsSet.Builder()
                        .issuer("https://id.example")
                        .audience("bank")
                        .subject("acme")
                        .claim("channel", "mobile")
                        .claim("scope", "pay read")
                        .issueTime(at(-10))
                        .expirationTime(at(300));
        changes.accept(claims);
        return claims.build();
    }

    private static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2_048).keyID(id).generate();
        } catch (JOSEException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
