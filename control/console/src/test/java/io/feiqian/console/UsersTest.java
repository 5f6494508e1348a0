package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Randomness;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.RefusedException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users as they are kept: what holds whoever asks for a change. */
@Timeout(120)
final class UsersTest {
    @TempDir private Path folder;
    private Users users;

    @BeforeEach
    void open() {
        users =
                new Users(
                        Secrets.in(folder.resolve("secrets"), Randomness.seeded(7)),
                        new Passwords(Randomness.seeded(7)));
    }

    @Test
    void theRightPasswordIsNoWayInForWhoseAccessWasTakenAway() {
        var _ = users.add("anna", Role.VIEWER, Tenant.ALL);
        users.choose("anna", RunningConsole.OWN);
        assertThat(users.authenticate("anna", RunningConsole.OWN)).isPresent();
        users.lock("anna", true);
        assertThat(users.authenticate("anna", RunningConsole.OWN)).isEmpty();
        users.lock("anna", false);
        assertThat(users.authenticate("anna", RunningConsole.OWN)).isPresent();
    }

    @Test
    void aWeakPasswordIsNotKeptWhateverPageAsks() {
        String first = users.add("anna", Role.VIEWER, Tenant.ALL);
        assertThatThrownBy(() -> users.choose("anna", "anna12345678"))
                .isInstanceOf(RefusedException.class);
        assertThat(users.authenticate("anna", first))
                .hasValueSatisfying(it -> {
                    assertThat(it.firstUse()).isTrue();
                });
    }

    @Test
    void aTokenOpensNothingAsLongAsItsUserHasAFirstPassword() {
        Secrets secrets = Secrets.in(folder.resolve("secrets"), Randomness.seeded(7));
        try (RunningConsole console = RunningConsole.over(folder);
                Visitor vera = console.user("vera", "VIEWER")) {
            String made =
                    new ApiTokens(secrets, Randomness.seeded(8), console.clock())
                            .make("vera", "robot", 1);
            String[] token = {"Authorization", "Bearer " + made};
            assertThat(vera.get("/api/v1/overview", token).statusCode()).isEqualTo(200);
            var _ = users.reset("vera");
            HttpResponse<String> refused = vera.get("/api/v1/overview", token);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("changed at the first sign-in");
        }
    }

    @Test
    void whoIsLockedWhileChoosingAPasswordGetsNoSessionByIt() {
        List<Meanwhile> trails = new ArrayList<>();
        try (RunningConsole console =
                        RunningConsole.recording(
                                folder,
                                it -> {
                                    trails.add(new Meanwhile(it, "console.password"));
                                    return trails.getFirst();
                                });
                Visitor vera = console.user("vera", "VIEWER")) {
            assertThat(vera.isIn()).isTrue();
            trails.getFirst().next(() -> users.lock("vera", true));
            vera.choose(RunningConsole.OWN, "brown Fox 0815 over");
            assertThat(vera.isIn()).isFalse();
            users.lock("vera", false);
            assertThat(vera.signIn("vera", "brown Fox 0815 over").statusCode()).isEqualTo(303);
            assertThat(vera.isIn()).isTrue();
        }
    }
}
