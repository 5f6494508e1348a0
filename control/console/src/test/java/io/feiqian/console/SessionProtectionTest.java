package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose session it is, how it begins and when it ends, at real consoles. */
@Timeout(120)
final class SessionProtectionTest {
    @TempDir private Path folder;
    private RunningConsole console;

    @BeforeEach
    void start() {
        console = RunningConsole.over(folder);
    }

    @AfterEach
    void stop() {
        console.close();
    }

    @Test
    void cookiesAreOutOfReachOfScriptsAndOtherSitesAndEndWithTheBrowser() {
        try (Visitor visitor = console.visitor()) {
            String cookie =
                    visitor.signIn("admin", console.firstPassword())
                            .headers()
                            .firstValue("set-cookie")
                            .orElse("");
            assertThat(cookie.toLowerCase(Locale.ROOT))
                    .startsWith("feiqian-console=")
                    .contains("; httponly", "; samesite=strict", "; path=/")
                    .doesNotContain("domain", "expires", "max-age");
            assertThat(visitor.get("/theme/dark").headers().firstValue("set-cookie").orElse(""))
                    .containsIgnoringCase("; HttpOnly")
                    .containsIgnoringCase("; SameSite=Strict");
        }
    }

    @Test
    void signingInBeginsASessionThatNobodyCouldKnowBefore() {
        String chosen = "a".repeat(64);
        try (Visitor victim = console.visitor()) {
            HttpResponse<String> in =
                    victim.send(
                            "POST",
                            "/sign-in",
                            Visitor.form("name", "admin", "password", console.firstPassword()),
                            "Cookie",
                            Frame.SESSION + "=" + chosen);
            assertThat(in.statusCode()).isEqualTo(303);
            assertThat(victim.session())
                    .matches(Frame.SESSION + "=[0-9a-f]{64}")
                    .doesNotContain(chosen);
            String first = victim.session();
            victim.signIn("admin", console.firstPassword());
            assertThat(victim.session()).isNotEqualTo(first);
            assertThat(shows(first)).as("the session before").isFalse();
            assertThat(shows(Frame.SESSION + "=" + chosen)).isFalse();
            assertThat(in.headers().firstValue("location")).contains("/");
        }
    }

    @Test
    void aSessionEndsWithSigningOutWhateverTheBrowserKeeps() {
        try (Visitor admin = console.admin()) {
            String kept = admin.session();
            assertThat(shows(kept)).isTrue();
            HttpResponse<String> out = admin.post("/sign-out");
            assertThat(out.headers().firstValue("set-cookie").orElse(""))
                    .startsWith(Frame.SESSION + "=;");
            assertThat(shows(kept)).isFalse();
        }
    }

    @Test
    void aSessionEndsAfterHalfAnHourWithoutARequestAndAfterTwelveHours() {
        try (Visitor admin = console.admin()) {
            console.clock().advance(Duration.ofMinutes(30));
            assertThat(admin.isIn()).isTrue();
            console.clock().advance(Duration.ofMinutes(30).plusMillis(1));
            assertThat(admin.isIn()).isFalse();
        }
        try (Visitor admin = console.admin()) {
            for (int i = 0; i < 25; i++) {
                console.clock().advance(Duration.ofMinutes(29));
                admin.get("/transactions");
            }
            assertThat(admin.isIn()).as("12 hours and 5 minutes later").isFalse();
        }
    }

    @Test
    void aNewPasswordEndsEveryOtherSessionAtEveryConsole() {
        try (RunningConsole elsewhere = RunningConsole.over(folder);
                Visitor one = console.admin();
                Visitor two = console.admin();
                Visitor three = elsewhere.admin()) {
            String before = one.session();
            assertThat(three.isIn()).isTrue();

            assertThat(one.choose(RunningConsole.OWN, "brown Fox 0815 over").statusCode())
                    .isEqualTo(303);

            assertThat(one.get("/").body()).contains("The password was changed.");
            assertThat(one.isIn()).isTrue();
            assertThat(one.session()).isNotEqualTo(before);
            assertThat(shows(before)).as("whoever had stolen it").isFalse();
            assertThat(two.isIn()).isFalse();
            assertThat(three.isIn()).isFalse();
            assertThat(two.signIn("admin", RunningConsole.OWN).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void whoIsLockedOrGivenANewPasswordIsOutAtEveryConsoleAndStaysOut() {
        try (RunningConsole elsewhere = RunningConsole.over(folder);
                Visitor here = console.user("leaver", "VIEWER");
                Visitor there = elsewhere.visitor();
                Visitor admin = console.admin()) {
            for (String change : new String[] {"lock", "reset"}) {
                here.signIn("leaver", RunningConsole.OWN);
                there.signIn("leaver", RunningConsole.OWN);
                assertThat(there.isIn()).isTrue();

                admin.change("/users/leaver/" + change);

                assertThat(here.isIn()).as(change).isFalse();
                assertThat(there.isIn()).as(change).isFalse();
                admin.change("/users/leaver/unlock");
                assertThat(there.isIn()).as("it does not come back").isFalse();
            }
        }
    }

    @Test
    void anotherRoleEndsSessionsAtEveryConsole() throws Exception {
        try (RunningConsole elsewhere = RunningConsole.over(folder);
                Visitor here = console.user("climber", "VIEWER");
                Visitor there = elsewhere.visitor()) {
            there.signIn("climber", RunningConsole.OWN);
            assertThat(there.isIn()).isTrue();

            String users = Files.readString(console.users());
            Files.writeString(console.users(), users.replace("VIEWER", "OPERATOR"));

            assertThat(here.isIn()).isFalse();
            assertThat(there.isIn()).isFalse();
        }
    }

    @Test
    void formsWithoutTheTokenOfTheirOwnSessionAreRefused() {
        try (Visitor admin = console.admin();
                Visitor other = console.user("other", "ADMINISTRATOR")) {
            String stranger = other.token();
            for (String token : new String[] {"", "0".repeat(64), stranger}) {
                HttpResponse<String> refused =
                        admin.post(
                                "/users",
                                "token",
                                token,
                                "name",
                                "intruder",
                                "role",
                                "OPERATOR",
                                "reason",
                                "x");
                assertThat(refused.statusCode()).isEqualTo(403);
                assertThat(refused.body()).contains("not of this session");
            }
            for (String type : new String[] {"text/plain", "application/json"}) {
                assertThat(
                                admin.send(
                                                "POST",
                                                "/users",
                                                "token=" + admin.token(),
                                                "Content-Type",
                                                type)
                                        .statusCode())
                        .as("what a form of another site can send: %s", type)
                        .isEqualTo(400);
            }
            assertThat(admin.get("/users").body()).doesNotContain("intruder");
        }
    }

    @Test
    void nobodyIsSignedInOrOutFromAnotherSite() {
        try (Visitor admin = console.admin()) {
            for (String origin : new String[] {"http://elsewhere.example", "null"}) {
                assertThat(admin.send("POST", "/sign-out", "", "Origin", origin).statusCode())
                        .isEqualTo(403);
                assertThat(
                                admin.send(
                                                "POST",
                                                "/sign-in",
                                                Visitor.form(
                                                        "name",
                                                        "admin",
                                                        "password",
                                                        RunningConsole.OWN),
                                                "Origin",
                                                origin)
                                        .statusCode())
                        .isEqualTo(403);
            }
            assertThat(admin.isIn()).isTrue();
            assertThat(admin.send("POST", "/sign-out", "", "Origin", console.url()).statusCode())
                    .isEqualTo(303);
        }
    }

    @Test
    void aSessionThatFloodsWaitsAndNobodyElse() {
        try (Visitor flood = console.user("flood", "VIEWER");
                Visitor other = console.admin()) {
            int refused = 0;
            HttpResponse<String> last = flood.get("/password");
            for (int i = 0; i < 210; i++) {
                last = flood.get("/password");
                refused += last.statusCode() == 429 ? 1 : 0;
            }
            assertThat(refused).isBetween(10, 20);
            assertThat(last.statusCode()).isEqualTo(429);
            assertThat(last.headers().firstValue("retry-after")).contains("1");
            assertThat(other.isIn()).isTrue();
            console.clock().advance(Duration.ofSeconds(1));
            assertThat(flood.isIn()).isTrue();
        }
    }

    private boolean shows(String cookie) {
        try (Visitor visitor = console.visitor()) {
            return visitor.get("/transactions", "Cookie", cookie).statusCode() == 200;
        }
    }
}
