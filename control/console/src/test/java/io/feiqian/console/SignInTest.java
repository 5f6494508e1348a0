package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.console.Sessions.Session;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Sessions, passwords and waits, by a clock that is set. */
final class SignInTest {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));

    @Test
    void aSessionEndsWithoutRequestsAndAtTheLatestAfterItsTime() {
        Sessions sessions =
                new Sessions(
                        clock, Randomness.seeded(7), Duration.ofMinutes(30), Duration.ofHours(12));
        Session idle = sessions.begin(user("anna"));
        Session busy = sessions.begin(user("berta"));
        for (int i = 0; i < 24; i++) {
            clock.advance(Duration.ofMinutes(29));
            assertThat(sessions.use(busy.id())).as("after %d requests", i).isPresent();
        }
        assertThat(sessions.use(idle.id())).isEmpty();
        clock.advance(Duration.ofMinutes(20));
        assertThat(sessions.find(busy.id())).as("looking does not renew").isPresent();
        assertThat(sessions.takeNotice(busy)).isEmpty();
        clock.advance(Duration.ofMinutes(11));
        assertThat(sessions.find(busy.id())).isEmpty();
        assertThat(sessions.use(busy.id())).isEmpty();
    }

    @Test
    void everySessionOfAUserCanBeEnded() {
        Sessions sessions =
                new Sessions(clock, Randomness.seeded(7), Duration.ofHours(1), Duration.ofHours(1));
        Session one = sessions.begin(user("anna"));
        Session two = sessions.begin(user("anna"));
        Session other = sessions.begin(user("berta"));
        sessions.endAll("anna");
        assertThat(sessions.use(one.id())).isEmpty();
        assertThat(sessions.use(two.id())).isEmpty();
        assertThat(sessions.use(other.id())).contains(other);
        assertThat(one.id()).hasSize(64).isNotEqualTo(two.id());
    }

    @Test
    void whoFailsFiveTimesWaitsAndThenLonger() {
        SignInLimit limit = new SignInLimit(clock);
        for (int i = 0; i < 4; i++) {
            limit.failed("anna");
            assertThat(limit.wait("anna")).isZero();
        }
        limit.failed("anna");
        assertThat(limit.wait("anna")).isEqualTo(Duration.ofMinutes(1));
        assertThat(limit.wait("berta")).isZero();
        clock.advance(Duration.ofMinutes(1));
        assertThat(limit.wait("anna")).isZero();
        limit.failed("anna");
        assertThat(limit.wait("anna")).isEqualTo(Duration.ofMinutes(2));
        for (int i = 0; i < 40; i++) {
            limit.failed("anna");
        }
        assertThat(limit.wait("anna")).isEqualTo(Duration.ofMinutes(15));
        limit.succeeded("anna");
        assertThat(limit.wait("anna")).isZero();
    }

    @Test
    void aPasswordIsKeptSaltedAndWeakOnesAreRefused() {
        Passwords passwords = new Passwords(Randomness.seeded(7));
        String kept = passwords.keep("green Tree 4711 away");
        assertThat(passwords.matches("green Tree 4711 away", kept)).isTrue();
        assertThat(passwords.matches("green Tree 4711 awaY", kept)).isFalse();
        assertThat(passwords.keep("green Tree 4711 away")).isNotEqualTo(kept);
        for (String weak : new String[] {"short", "aaaaaaaaaaaaaaaa", "my name is anna 1"}) {
            assertThatThrownBy(() -> Passwords.requireStrong(weak, "anna"))
                    .as(weak)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("expected: 12 to 128 characters");
        }
        Passwords.requireStrong(passwords.fresh(), "anna");
    }

    private static User user(String name) {
        return new User(name, Role.VIEWER.name(), Tenant.ALL.name(), "", false, false);
    }
}
