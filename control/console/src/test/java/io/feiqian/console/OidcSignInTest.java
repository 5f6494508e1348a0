package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.RefusedException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who becomes which user by an OpenID provider, and what such a user is not. */
@Timeout(120)
final class OidcSignInTest {
    private OidcConsole console;
    private OidcTestProvider provider;
    private OidcVisitor olga;

    @BeforeEach
    void start(@TempDir Path folder) {
        console = new OidcConsole(folder);
        provider = console.provider;
        olga = console.visitor();
    }

    @AfterEach
    void stop() {
        olga.close();
        console.close();
    }

    private HttpResponse<String> comes(
            OidcVisitor who, String subject, String name, String... groups) {
        return who.go(provider.signIn(who.begin(), subject, name, List.of(groups)));
    }

    private HttpResponse<String> comes(String... groups) {
        return comes(olga, "17", "olga", groups);
    }

    @Test
    void whoIsInAGroupComesInWithItsRoleAndIsOnRecord() {
        assertThat(olga.get("/sign-in").body()).contains("Sign in with Test Bank");
        HttpResponse<String> back = comes("operators", "choir");
        assertThat(back.statusCode()).isEqualTo(200);
        assertThat(back.headers().firstValue("refresh")).contains("0; url=/");
        assertThat(olga.get("/").body()).contains("oidc:olga · operator");
        assertThat(console.users().find("oidc:olga"))
                .hasValueSatisfying(it -> {
                    assertThat(it.role()).isEqualTo("OPERATOR");
                    assertThat(it.password()).isEmpty();
                });
        assertThat(console.audit())
                .contains("console.user-add", "console.sign-in", "oidc:olga", "openid-connect")
                .doesNotContain(OidcTestProvider.SECRET);
    }

    @Test
    void cookiesAreForThisConsoleOnlyAndNotForScripts() {
        HttpResponse<String> begun = olga.get("/sign-in/oidc");
        assertThat(begun.headers().allValues("set-cookie"))
                .singleElement()
                .asString()
                .contains("HttpOnly", "SameSite=Lax", "Path=/sign-in/oidc", "Max-Age=600");
        URI there = URI.create(begun.headers().firstValue("location").orElseThrow());
        HttpResponse<String> back =
                olga.go(provider.signIn(there, "17", "olga", List.of("viewers")));
        assertThat(back.headers().allValues("set-cookie"))
                .anySatisfy(it ->
                        assertThat(it).contains("feiqian-console=", "HttpOnly", "SameSite=Strict"))
                .anySatisfy(it -> assertThat(it).contains("feiqian-sign-in=;"));
    }

    @Test
    void whatTheBrowserShowsWhenItComesBackLeavesTlsNeverWhereItCameByTls(@TempDir Path other) {
        assertThat(olga.get("/sign-in/oidc").headers().allValues("set-cookie"))
                .noneMatch(it -> it.contains("Secure"));
        try (OidcConsole behind =
                        new OidcConsole(
                                other,
                                OidcTestProvider.SECRET,
                                Optional.of("https://console.example"));
                OidcVisitor visitor = behind.visitor()) {
            assertThat(visitor.get("/sign-in/oidc").headers().allValues("set-cookie"))
                    .singleElement()
                    .asString()
                    .contains("feiqian-sign-in=", "Secure");
        }
    }

    @Test
    void whoIsInNoGroupIsToldSoAndLosesWhatIsOpen() {
        assertThat(comes("viewers").statusCode()).isEqualTo(200);
        assertThat(olga.isIn()).isTrue();
        try (OidcVisitor elsewhere = console.visitor()) {
            HttpResponse<String> back = comes(elsewhere, "17", "olga", "choir");
            assertThat(back.statusCode()).isEqualTo(403);
            assertThat(back.body()).contains("in no group that has a role here");
            assertThat(elsewhere.isIn()).isFalse();
        }
        assertThat(olga.isIn()).as("the session that was open").isFalse();
    }

    @Test
    void whoComesForTheFirstTimeWithoutAGroupLeavesNothing() {
        assertThat(comes().statusCode()).isEqualTo(403);
        assertThat(console.users().all()).extracting(User::name).containsExactly("admin");
        assertThat(console.secrets.find("console-oidc-users")).isEmpty();
    }

    @Test
    void nobodyManagesUsersAndActsOnTransactions() {
        HttpResponse<String> back = comes("operators", "administrators");
        assertThat(back.statusCode()).isEqualTo(403);
        assertThat(back.body()).contains("Nobody may do both");
        assertThat(olga.isIn()).isFalse();
        assertThat(comes("viewers", "administrators").statusCode()).isEqualTo(200);
        assertThat(olga.get("/users").statusCode()).isEqualTo(200);
    }

    @Test
    void theRoleFollowsTheGroupsAtEachSignIn() {
        comes("operators");
        comes("viewers");
        assertThat(console.users().find("oidc:olga").map(User::role)).contains("VIEWER");
        assertThat(console.audit()).contains("console.user-role");
    }

    @Test
    void aLockWinsOverTheProvidersWord() {
        comes("operators");
        console.users().lock("oidc:olga", true);
        assertThat(olga.isIn()).isFalse();
        HttpResponse<String> back = comes("administrators");
        assertThat(back.statusCode()).isEqualTo(403);
        assertThat(back.body()).contains("An administrator took your access away");
        assertThat(comes(olga, "17", "olga-renamed", "operators").statusCode()).isEqualTo(403);
        assertThat(console.users().find("oidc:olga"))
                .hasValueSatisfying(it -> assertThat(it.locked()).isTrue());
        console.users().lock("oidc:olga", false);
        assertThat(comes("operators").statusCode()).isEqualTo(200);
    }

    @Test
    void aNameOfTheProviderIsNeverAUserOfTheConsolesOwn() {
        assertThat(comes(olga, "17", "admin", "viewers").statusCode()).isEqualTo(200);
        assertThat(olga.get("/").body()).contains("oidc:admin · viewer");
        assertThat(olga.get("/users").statusCode()).isEqualTo(403);
        assertThatThrownBy(() -> console.users().add("oidc:otto", Role.OPERATOR, Tenant.ALL))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void aNameStaysWhoseItIs() {
        comes("operators");
        assertThat(comes(olga, "17", "renamed", "operators").body()).contains("oidc:olga");
        try (OidcVisitor other = console.visitor()) {
            HttpResponse<String> back = comes(other, "18", "Olga", "operators");
            assertThat(back.statusCode()).isEqualTo(403);
            assertThat(back.body()).contains("Somebody else has had this user name");
            for (String unusable : List.of("", "\u043elga", "a b", "-x", "x".repeat(59))) {
                assertThat(comes(other, "19", unusable, "operators").body())
                        .as(unusable)
                        .contains("cannot be used here");
            }
        }
        assertThat(console.users().all())
                .extracting(User::name)
                .containsExactly("admin", "oidc:olga");
    }

    @Test
    void anAdministratorReleasesANameForAnAccountThatWasMadeAnew() {
        comes("operators");
        try (OidcVisitor chief = console.visitor()) {
            comes(chief, "1", "chief", "administrators");
            assertThat(chief.get("/users").body()).contains("/users/oidc:olga/release");
            assertThat(
                            chief.post(
                                            "/users/oidc:olga/release",
                                            Map.of("token", chief.token("/users"), "reason", "new"))
                                    .statusCode())
                    .isEqualTo(303);
        }
        assertThat(olga.isIn()).isFalse();
        assertThat(comes(olga, "18", "olga", "operators").statusCode()).isEqualTo(200);
    }

    @Test
    void anAdministratorGivesATenantAndTheGroupsTheRole() {
        comes("operators");
        new Access(console.secrets).save(new Tenant("north", Set.of("cell-1")));
        try (OidcVisitor chief = console.visitor()) {
            comes(chief, "1", "chief", "administrators");
            HttpResponse<String> role = assign(chief, "ADMINISTRATOR", "all");
            assertThat(role.statusCode()).isEqualTo(403);
            assertThat(role.body()).contains("follows from the groups at the OpenID provider");
            assertThat(olga.isIn()).isTrue();
            assertThat(assign(chief, "OPERATOR", "north").statusCode()).isEqualTo(303);
        }
        assertThat(olga.isIn()).as("a session of the former tenant").isFalse();
        comes("viewers");
        assertThat(console.users().find("oidc:olga"))
                .hasValueSatisfying(it -> {
                    assertThat(it.role()).isEqualTo("VIEWER");
                    assertThat(it.tenant()).isEqualTo("north");
                });
    }

    private static HttpResponse<String> assign(OidcVisitor chief, String role, String tenant) {
        return chief.post(
                "/users/oidc:olga/assign",
                Map.of(
                        "token",
                        chief.token("/users"),
                        "reason",
                        "a test",
                        "role",
                        role,
                        "tenant",
                        tenant));
    }

    @Test
    void thereIsNoPasswordAndNoTokenOfSuchAUser() {
        comes("administrators");
        assertThat(olga.get("/password").body())
                .contains("there is no password here")
                .doesNotContain("Make a token");
        String token = olga.token("/users");
        for (String path : List.of("/password", "/password/tokens")) {
            HttpResponse<String> refused =
                    olga.post(
                            path,
                            Map.of(
                                    "token", token,
                                    "old", "",
                                    "new", "something 4 Myself",
                                    "again", "something 4 Myself",
                                    "password", "",
                                    "name", "robot"));
            assertThat(refused.statusCode()).as(path).isEqualTo(403);
            assertThat(refused.body())
                    .as(path)
                    .contains("You sign in elsewhere, so there is no password her");
        }
        assertThatThrownBy(() -> console.users().reset("oidc:olga"))
                .hasMessageContaining("has none here");
        assertThatThrownBy(() -> console.users().choose("oidc:olga", "something 4 Myself"))
                .hasMessageContaining("has none here");
        try (OidcVisitor other = console.visitor()) {
            for (String guess : List.of("", "nobody")) {
                assertThat(
                                other.post(
                                                "/sign-in",
                                                Map.of("name", "oidc:olga", "password", guess))
                                        .statusCode())
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void aTokenThatIsThereAllTheSameOpensNothing() {
        comes("operators");
        ApiTokens tokens = new ApiTokens(console.secrets, Randomness.seeded(8), console.clock);
        String planted = tokens.make("oidc:olga", "robot", 1);
        assertThat(olga.get("/api/v1/proposals", "Authorization", "Bearer " + planted).statusCode())
                .isEqualTo(401);
    }

    @Test
    void signingOutEndsTheSession() {
        comes("viewers");
        assertThat(olga.post("/sign-out", Map.of()).statusCode()).isEqualTo(303);
        assertThat(olga.isIn()).isFalse();
    }

    @Test
    void whereTheProviderIsDownThePageSaysSoAndOthersComeIn() {
        URI begun = olga.begin();
        URI back = provider.signIn(begun, "17", "olga", List.of("viewers"));
        provider.breakDown(true);
        HttpResponse<String> answer = olga.go(back);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("Test Bank does not answer", "name=\"password\"");
        console.clock.advance(Duration.ofMinutes(11));
        provider.close();
        HttpResponse<String> dead = olga.get("/sign-in/oidc");
        assertThat(dead.statusCode()).isEqualTo(503);
        assertThat(dead.body()).contains("Test Bank does not answer", "name=\"password\"");
        String first = Users.firstPassword(console.secrets).orElseThrow();
        assertThat(olga.post("/sign-in", Map.of("name", "admin", "password", first)).statusCode())
                .isEqualTo(303);
        try (OidcTestProvider again = new OidcTestProvider(console.clock, provider.port())) {
            assertThat(olga.get("/sign-in/oidc").statusCode()).as("left alone").isEqualTo(503);
            console.clock.advance(Duration.ofSeconds(6));
            URI there = olga.begin();
            assertThat(olga.go(again.signIn(there, "17", "olga", List.of("viewers"))).statusCode())
                    .isEqualTo(200);
        }
    }
}
