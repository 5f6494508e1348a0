package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.feiqian.runtime.SettableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which ID tokens are believed. */
@Timeout(60)
final class OidcIdTokenTest {
    private static final String NONCE = "of this sign-in";

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));
    private final OidcHttp http = new OidcHttp();
    private OidcTestProvider provider;
    private OidcIdToken tokens;

    @BeforeEach
    void start() {
        provider = new OidcTestProvider(clock);
        OidcConfig config = OidcConsole.config(provider.issuer(), "http://127.0.0.1:1");
        tokens = new OidcIdToken(config, new OidcPublished(config, http, clock), clock);
    }

    @AfterEach
    void stop() {
        http.close();
        provider.close();
    }

    private JWTClaimsSet.Builder right() {
        return new JWTClaimsSet.Builder()
                .issuer(provider.issuer())
                .audience(OidcTestProvider.CLIENT)
                .subject("17")
                .issueTime(Date.from(clock.now()))
                .expirationTime(Date.from(clock.now().plusSeconds(300)))
                .claim("nonce", NONCE);
    }

    private String signed(UnaryOperator<JWTClaimsSet.Builder> change) {
        return OidcTestProvider.signed(change.apply(right()).build(), provider.key);
    }

    private void assertRefused(String token, String why) {
        assertThatThrownBy(() -> tokens.verify(token, NONCE))
                .as(why)
                .isInstanceOf(OidcException.class)
                .hasMessageContaining(why);
    }

    private Date in(long seconds) {
        return Date.from(clock.now().plusSeconds(seconds));
    }

    @Test
    void oneThatIsRightIsBelieved() {
        assertThat(tokens.verify(signed(it -> it), NONCE).getSubject()).isEqualTo("17");
    }

    @Test
    void whatTheProviderDidNotSignIsRefused() throws Exception {
        RSAKey forged = OidcTestProvider.newKey("first");
        assertRefused(OidcTestProvider.signed(right().build(), forged), "its signature is wrong");
        String token = signed(it -> it);
        String other = signed(it -> it.subject("admin"));
        assertRefused(
                other.substring(0, other.lastIndexOf('.'))
                        + token.substring(token.lastIndexOf('.')),
                "its signature is wrong");
        assertRefused(new PlainJWT(right().build()).serialize(), "unreadable");
        assertRefused(token.substring(0, token.lastIndexOf('.') + 1), "");
        assertRefused("", "unreadable");
    }

    @Test
    void aSharedSecretSignsNothing() throws Exception {
        byte[] published = provider.key.toRSAPublicKey().getEncoded();
        for (byte[] secret :
                List.of(
                        published,
                        OidcTestProvider.SECRET.repeat(2).getBytes(StandardCharsets.UTF_8))) {
            SignedJWT token =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(),
                            right().build());
            token.sign(new MACSigner(secret));
            assertRefused(token.serialize(), "its signature is wrong");
        }
    }

    @Test
    void aKeyThatTheTokenBringsAlongIsNotBelieved() throws Exception {
        RSAKey own = OidcTestProvider.newKey("own");
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .keyID("own")
                                .jwk(own.toPublicJWK())
                                .build(),
                        right().build());
        token.sign(new RSASSASigner(own));
        assertRefused(token.serialize(), "its signature is wrong");
    }

    @Test
    void oneForSomebodyElseIsRefused() {
        assertRefused(signed(it -> it.issuer("https://elsewhere.example")), "issuer");
        assertRefused(signed(it -> it.issuer(provider.issuer() + "/")), "issuer");
        assertRefused(signed(it -> it.audience("another")), "audience");
        assertRefused(signed(it -> it.audience(List.of())), "audience");
        List<String> both = List.of(OidcTestProvider.CLIENT, "another");
        assertRefused(signed(it -> it.audience(both)), "authorized party");
        assertRefused(signed(it -> it.claim("azp", "another")), "authorized party");
        String ours = signed(it -> it.audience(both).claim("azp", OidcTestProvider.CLIENT));
        assertThat(tokens.verify(ours, NONCE)).isNotNull();
        assertRefused(signed(it -> it.claim("nonce", "another")), "nonce");
        assertRefused(signed(it -> it.claim("nonce", null)), "nonce");
        assertRefused(signed(it -> it.subject(null)), "subject");
        assertRefused(signed(it -> it.subject(" ")), "subject");
    }

    @Test
    void oneOfAnotherTimeIsRefusedWithHalfAMinutesLeeway() {
        assertThat(tokens.verify(signed(it -> it.expirationTime(in(-29))), NONCE)).isNotNull();
        assertRefused(signed(it -> it.expirationTime(in(-30))), "expiry");
        assertRefused(signed(it -> it.expirationTime(null)), "expiry");
        assertThat(tokens.verify(signed(it -> it.issueTime(in(30))), NONCE)).isNotNull();
        assertRefused(signed(it -> it.issueTime(in(31))), "time of issue");
        assertRefused(signed(it -> it.issueTime(null)), "time of issue");
        assertRefused(signed(it -> it.notBeforeTime(in(31))), "not before");
        String token = signed(it -> it);
        clock.advance(Duration.ofSeconds(331));
        assertRefused(token, "expiry");
    }

    @Test
    void keysAreReadAnewWhereTheProviderHasChangedThem() {
        assertThat(tokens.verify(signed(it -> it), NONCE)).isNotNull();
        String old = signed(it -> it);
        provider.key = OidcTestProvider.newKey("second");
        String next = signed(it -> it);
        assertRefused(next, "its signature is wrong");
        clock.advance(Duration.ofSeconds(11));
        assertThat(tokens.verify(next, NONCE)).isNotNull();
        assertRefused(old, "its signature is wrong");
        int asked = provider.keysAsked.get();
        assertRefused(
                OidcTestProvider.signed(right().build(), OidcTestProvider.newKey("third")),
                "its signature is wrong");
        assertThat(provider.keysAsked).as("anybody can name a key").hasValue(asked);
    }

    @Test
    void aKeyThatWasTakenBackIsNotBelievedForLong() {
        String old = signed(it -> it.expirationTime(in(3_600)));
        assertThat(tokens.verify(old, NONCE)).isNotNull();
        provider.key = OidcTestProvider.newKey("second");
        clock.advance(Duration.ofMinutes(10).plusSeconds(1));
        assertRefused(old, "its signature is wrong");
    }
}
