package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.RefusedException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Passwords: which are taken, and what happens to who tries them. */
@Timeout(120)
final class PasswordProtectionTest {
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
    void whatEverybodyTriesFirstIsNoPassword() {
        for (String weak :
                new String[] {
                    "password1234",
                    "P4ssw0rd!2026",
                    "Password-Password",
                    "passwordpassword",
                    "123456789012",
                    "qwertyuiop123",
                    "1q2w3e4r5t6y",
                    "qwerty-azerty-12345",
                    "abcdefghijkl",
                    "zyxwvutsrqpo",
                    "Welcome2026!!",
                    "letmein-letmein",
                    "Summer2026!!!",
                    "iloveyou1234",
                    "adminadmin123",
                    "Administrator1",
                    "feiqian-console-1",
                    "Feiqian2026!Bank",
                    "changeme-now1",
                    "trustno1trustno1",
                    "   password   ",
                    "anna.bauer-2026",
                    "ANNA.BAUER-passwd",
                    "\uFF50assword123456",
                    "zzzzzabcdzzzzz"
                }) {
            assertThatThrownBy(() -> Passwords.requireStrong(weak, "anna.bauer"))
                    .as(weak)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("not made of words that everybody tries");
        }
    }

    @Test
    void nothingElseIsAskedOfAPasswordThanToBeLongAndOnesOwn() {
        for (String good :
                new String[] {
                    "green Tree 4711 away",
                    "nur kleine buchstaben",
                    "飞钱飞过千山万水到长安城里来",
                    "🦊🐢🐙🦜🐌🦔 over the hill",
                    "a bench looks at many pages",
                    "3141592653589 & more",
                    "correct horse battery",
                    "x".repeat(59) + "green Tree with 64 characters",
                }) {
            Passwords.requireStrong(good, "anna.bauer");
        }
        String longest = "green Tree ".repeat(12).substring(0, 128);
        Passwords.requireStrong(longest, "anna.bauer");
        assertThatThrownBy(() -> Passwords.requireStrong(longest + "x", "anna.bauer"))
                .hasMessageContaining("12 to 128");
    }

    @Test
    void aPasswordIsWhatWasTypedAndNothingLess() {
        String typed = "  green  Tree 🦊 away" + " to the hill".repeat(8) + "  ";
        try (Visitor admin = console.visitor()) {
            admin.signInFirst("admin", console.firstPassword(), typed);
            assertThat(admin.signIn("admin", typed.strip()).statusCode()).isEqualTo(403);
            assertThat(admin.signIn("admin", typed.substring(0, 72)).statusCode()).isEqualTo(403);
            assertThat(admin.signIn("admin", typed.replace("  ", " ")).statusCode()).isEqualTo(403);
            assertThat(admin.signIn("admin", typed).statusCode()).isEqualTo(303);
        }
    }

    @Test
    void anotherPasswordTakesTheOneBefore() {
        try (Visitor admin = console.admin()) {
            HttpResponse<String> wrong = admin.choose("not the one", "brown Fox 0815 over");
            assertThat(wrong.statusCode()).isEqualTo(403);
            assertThat(wrong.body()).contains("The current password is wrong.");
            assertThat(admin.choose(RunningConsole.OWN, RunningConsole.OWN).statusCode())
                    .isEqualTo(400);
            assertThat(admin.choose(RunningConsole.OWN, "P4ssw0rd!2026").body())
                    .contains("too weak");
            assertThat(admin.isIn()).isTrue();
        }
    }

    @Test
    void whoTriesNamesLearnsNothing() {
        try (Visitor admin = console.admin();
                Visitor stranger = console.visitor()) {
            console.add("locked", "VIEWER");
            admin.change("/users/locked/lock");
            String unknown = answer(stranger.signIn("nobody-of-this-name", "some password"));
            assertThat(answer(stranger.signIn("admin", "some password"))).isEqualTo(unknown);
            assertThat(answer(stranger.signIn("locked", "some password"))).isEqualTo(unknown);
            assertThat(answer(stranger.signIn("", "some password"))).isEqualTo(unknown);
            for (int i = 0; i < 4; i++) {
                stranger.signIn("nobody-of-this-name", "guess");
                stranger.signIn("admin", "guess");
            }
            String waiting = answer(stranger.signIn("nobody-of-this-name", "guess"));
            assertThat(waiting).startsWith("429");
            assertThat(answer(stranger.signIn("admin", "guess"))).isEqualTo(waiting);
        }
    }

    /** The hash is worked out for nobody too: without it an answer comes a hundred times sooner. */
    @Test
    void aNameThatIsNobodysTakesAsLong() {
        try (Visitor admin = console.admin()) {
            long somebody = Long.MAX_VALUE;
            long nobody = Long.MAX_VALUE;
            for (int i = 0; i < 4; i++) {
                nobody = Math.min(nobody, nanos(() -> admin.signIn("nobody", "a wrong one")));
                somebody = Math.min(somebody, nanos(() -> admin.signIn("admin", "a wrong one")));
            }
            assertThat(nobody).isGreaterThan(somebody / 3);
        }
    }

    @Test
    void whoTriesManyNamesFromOneAddressHasToWait() {
        try (Visitor stranger = console.visitor();
                Visitor admin = console.admin()) {
            int waiting = 0;
            for (int i = 0; i < 105; i++) {
                waiting += stranger.signIn("name-" + i, "x").statusCode() == 429 ? 1 : 0;
            }
            assertThat(waiting).isBetween(5, 10);
            assertThat(admin.isIn()).as("who is signed in").isTrue();
            console.clock().advance(Duration.ofSeconds(1));
            assertThat(admin.signIn("admin", RunningConsole.OWN).statusCode()).isEqualTo(303);
        }
    }

    @Test
    void whoHasAStolenSessionCannotTryThePasswordThere() {
        try (Visitor admin = console.admin()) {
            for (int i = 0; i < 5; i++) {
                assertThat(admin.choose("guess " + i, "brown Fox 0815 over").statusCode())
                        .isEqualTo(403);
            }
            HttpResponse<String> right = admin.choose(RunningConsole.OWN, "brown Fox 0815 over");
            assertThat(right.statusCode()).isEqualTo(503);
            assertThat(right.body()).contains("Too many tries");
            assertThat(
                            admin.change(
                                            "/password/tokens",
                                            "name",
                                            "x",
                                            "password",
                                            RunningConsole.OWN)
                                    .statusCode())
                    .isEqualTo(503);
            console.clock().advance(Duration.ofMinutes(1));
            assertThat(admin.choose(RunningConsole.OWN, "brown Fox 0815 over").statusCode())
                    .isEqualTo(303);
        }
    }

    @Test
    void passwordsAndTokensLieNowhere() throws Exception {
        try (Visitor admin = console.admin()) {
            String first = console.add("somebody", "VIEWER");
            String session = admin.session().replaceFirst(".*=", "");
            String kept = Files.readString(console.users()) + console.audit();
            assertThat(kept).doesNotContain(RunningConsole.OWN, first, session, admin.token());
            assertThat(admin.get("/users").body()).as("shown once").doesNotContain(first);
        }
    }

    private static String answer(HttpResponse<String> of) {
        return of.statusCode() + of.body();
    }

    private static long nanos(Runnable work) {
        long begin = Clock.system().nanos();
        work.run();
        return Clock.system().nanos() - begin;
    }
}
