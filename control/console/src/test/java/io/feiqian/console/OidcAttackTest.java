package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What somebody may try between a browser, the console and its OpenID provider. */
@Timeout(120)
final class OidcAttackTest {
    private static final List<String> VIEWERS = List.of("viewers");

    private OidcConsole console;
    private OidcTestProvider provider;
    private OidcVisitor victim;
    private OidcVisitor attacker;

    @BeforeEach
    void start(@TempDir Path folder) {
        console = new OidcConsole(folder);
        provider = console.provider;
        victim = console.visitor();
        attacker = console.visitor();
    }

    @AfterEach
    void stop() {
        victim.close();
        attacker.close();
        console.close();
    }

    private URI signedIn(OidcVisitor who, String name) {
        return provider.signIn(who.begin(), "of " + name, name, VIEWERS);
    }

    private static URI with(URI address, String query) {
        return URI.create(address + query);
    }

    private static void assertOver(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("Please begin again here");
    }

    @Test
    void aSignInCannotBeLaidOnAnotherBrowser() {
        URI attackers = signedIn(attacker, "mallory");
        assertOver(victim.go(attackers));
        assertThat(victim.isIn()).isFalse();
        victim.begin();
        URI again = signedIn(attacker, "mallory");
        assertOver(victim.go(again));
        assertThat(victim.isIn()).as("with a sign-in of one's own under way").isFalse();
        assertThat(provider.exchanges).as("no code is even tried").hasValue(0);
    }

    @Test
    void aStateThatNobodyGaveOutIsRefused() {
        victim.begin();
        for (String query : List.of("?code=x", "?code=x&state=", "?code=x&state=guessed", "")) {
            assertOver(victim.get("/sign-in/oidc/return" + query));
        }
        URI there = signedIn(victim, "olga");
        String state = OidcTestProvider.parsed(there.getRawQuery()).get("state");
        assertOver(victim.go(with(there, "&state=" + state)));
        assertThat(provider.exchanges).hasValue(0);
    }

    @Test
    void whatWasUsedCannotBeUsedAgain() {
        URI there = signedIn(victim, "olga");
        String browser = victim.cookie(OidcSignIn.ATTEMPT).orElseThrow();
        assertThat(victim.go(there).statusCode()).isEqualTo(200);
        victim.post("/sign-out", Map.of());
        victim.plant(OidcSignIn.ATTEMPT, browser, OidcSignIn.PATH);
        assertOver(victim.go(there));
        assertThat(provider.exchanges).as("the state is used up").hasValue(1);
        String code = OidcTestProvider.parsed(there.getRawQuery()).get("code");
        String state = OidcTestProvider.parsed(victim.begin().getRawQuery()).get("state");
        assertOver(victim.get("/sign-in/oidc/return?code=" + code + "&state=" + state));
        assertThat(victim.isIn()).isFalse();
    }

    @Test
    void aSignInIsOverAfterTenMinutes() {
        URI there = signedIn(victim, "olga");
        console.clock.advance(Duration.ofMinutes(10).plusMillis(1));
        assertOver(victim.go(there));
    }

    @Test
    void aCodeThatSomebodyElseGotDoesNotFit() {
        URI victims = signedIn(victim, "olga");
        String code = OidcTestProvider.parsed(victims.getRawQuery()).get("code");
        String own = OidcTestProvider.parsed(attacker.begin().getRawQuery()).get("state");
        assertOver(attacker.get("/sign-in/oidc/return?code=" + code + "&state=" + own));
        assertThat(provider.exchanges).as("the challenge is another").hasValue(1);
        assertThat(attacker.isIn()).isFalse();
    }

    @Test
    void aTokenOfAnotherSignInIsRefused() {
        provider.changed = claims -> claims.claim("nonce", "of another sign-in");
        HttpResponse<String> answer = victim.go(signedIn(victim, "olga"));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("cannot be trusted");
        assertThat(victim.isIn()).isFalse();
    }

    @Test
    void anAnswerOfAnotherProviderIsRefused() {
        HttpResponse<String> mixed =
                victim.go(with(signedIn(victim, "olga"), "&iss=https://elsewhere.example"));
        assertThat(mixed.statusCode()).isEqualTo(403);
        assertThat(mixed.body()).contains("cannot be trusted");
        assertThat(provider.exchanges).as("the code is not given to anybody").hasValue(0);
        URI rightly = with(signedIn(victim, "olga"), "&iss=" + provider.issuer());
        assertThat(victim.go(rightly).statusCode()).isEqualTo(200);
    }

    @Test
    void aProviderThatAlwaysSaysWhoItIsMustSaySo() {
        provider.metadata.put("authorization_response_iss_parameter_supported", true);
        assertThat(victim.go(signedIn(victim, "olga")).statusCode()).isEqualTo(403);
        assertThat(
                        victim.go(with(signedIn(victim, "olga"), "&iss=" + provider.issuer()))
                                .statusCode())
                .isEqualTo(200);
    }

    @Test
    void metadataOfAnotherIssuerOrWithoutTlsIsRefused() {
        provider.metadata.put("issuer", "https://elsewhere.example");
        assertThat(victim.get("/sign-in/oidc").body()).contains("cannot be trusted");
        provider.metadata.remove("issuer");
        provider.metadata.put("token_endpoint", "http://elsewhere.example/token");
        console.clock.advance(Duration.ofSeconds(6));
        assertThat(victim.get("/sign-in/oidc").body()).contains("cannot be trusted");
        provider.metadata.put("token_endpoint", provider.issuer() + "/token");
        provider.metadata.put("code_challenge_methods_supported", List.of("plain"));
        console.clock.advance(Duration.ofSeconds(6));
        assertThat(victim.get("/sign-in/oidc").body()).contains("cannot be trusted");
    }

    @Test
    void theWayOnLeadsNowhereElse() {
        URI begun =
                URI.create(
                        victim.get("/sign-in/oidc?next=https://elsewhere.example")
                                .headers()
                                .firstValue("location")
                                .orElseThrow());
        assertThat(begun.toString()).startsWith(provider.issuer() + "/authorize?");
        assertThat(OidcTestProvider.parsed(begun.getRawQuery()))
                .containsEntry("redirect_uri", console.address + "/sign-in/oidc/return");
        URI there = provider.signIn(begun, "17", "olga", VIEWERS);
        HttpResponse<String> answer =
                victim.go(
                        with(there, "&next=//elsewhere.example&redirect_uri=//elsewhere.example"));
        assertThat(answer.headers().firstValue("refresh")).contains("0; url=/");
        assertThat(answer.headers().firstValue("location")).isEmpty();
        assertThat(answer.body()).doesNotContain("elsewhere");
    }

    @Test
    void aSessionThatSomebodyChoseIsNotTakenOver() {
        String first = Users.firstPassword(console.secrets).orElseThrow();
        attacker.post("/sign-in", Map.of("name", "admin", "password", first));
        String chosen = attacker.cookie(Frame.SESSION).orElseThrow();
        victim.plant(Frame.SESSION, chosen, "/");
        assertThat(victim.go(signedIn(victim, "olga")).statusCode()).isEqualTo(200);
        assertThat(victim.cookie(Frame.SESSION)).isPresent().get().isNotEqualTo(chosen);
        assertThat(attacker.get("/password").statusCode())
                .as("the session that the browser had is over")
                .isEqualTo(303);
    }

    @Test
    void anotherSiteCannotBeginASignIn() {
        for (String site : List.of("cross-site", "same-site")) {
            HttpResponse<String> answer = victim.get("/sign-in/oidc", "Sec-Fetch-Site", site);
            assertThat(answer.statusCode()).as(site).isEqualTo(403);
            assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
        }
        assertThat(victim.get("/sign-in/oidc", "Sec-Fetch-Site", "same-origin").statusCode())
                .isEqualTo(303);
    }

    @Test
    void whatTheProviderRefusesIsSaidInWordsOfOurOwn() {
        String state = OidcTestProvider.parsed(victim.begin().getRawQuery()).get("state");
        HttpResponse<String> answer =
                victim.get(
                        "/sign-in/oidc/return?error=access_denied&error_description=%3Cb%3Ehi&state="
                                + state);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("Test Bank refused").doesNotContain("<b>hi");
        assertOver(victim.get("/sign-in/oidc/return?code=x&state=" + state));
    }

    @Test
    void aConsoleWithAnotherSecretGetsNobodyIn(@TempDir Path other) {
        try (OidcConsole wrong = new OidcConsole(other, "another secret");
                OidcVisitor olga = wrong.visitor()) {
            URI there = wrong.provider.signIn(olga.begin(), "17", "olga", VIEWERS);
            assertThat(olga.go(there).body()).contains("cannot be trusted");
            assertThat(olga.isIn()).isFalse();
            wrong.secrets.replace(OidcConfig.SECRET, OidcTestProvider.SECRET);
            URI again = wrong.provider.signIn(olga.begin(), "17", "olga", VIEWERS);
            assertThat(olga.go(again).statusCode()).as("a new one counts at once").isEqualTo(200);
            wrong.secrets.delete(OidcConfig.SECRET);
            assertThatThrownBy(() ->
                            new OidcProvider(
                                    OidcConsole.config(wrong.provider.issuer(), wrong.address),
                                    wrong.secrets,
                                    new OidcHttp(),
                                    wrong.clock))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("missing");
        }
    }

    @Test
    void theSecretGoesIntoTheFormWhereTheProviderWantsItThere() {
        provider.metadata.put(
                "token_endpoint_auth_methods_supported", List.of("client_secret_post"));
        assertThat(victim.go(signedIn(victim, "olga")).statusCode()).isEqualTo(200);
    }
}
