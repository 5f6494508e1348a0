package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** API tokens and how often they may be shown, by a clock that is set. */
final class ApiTokensTest {
    @TempDir private Path folder;
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));
    private ApiTokens tokens;

    @BeforeEach
    void open() {
        tokens = anotherConsole();
    }

    private ApiTokens anotherConsole() {
        return new ApiTokens(
                Secrets.in(folder.resolve("secrets"), Randomness.seeded(7)),
                Randomness.seeded(7),
                clock);
    }

    @Test
    void aTokenIsWhoseItIsUntilItExpires() {
        String token = tokens.make("anna", "robot", 90);
        assertThat(anotherConsole().find(token)).map(ApiToken::user).contains("anna");
        clock.advance(Duration.ofDays(90).minusMillis(1));
        assertThat(tokens.find(token)).isPresent();
        clock.advance(Duration.ofMillis(1));
        assertThat(tokens.find(token)).isEmpty();
        assertThat(tokens.of("anna")).isEmpty();
        assertThat(tokens.make("anna", "robot", 1)).as("the name is free").isNotEqualTo(token);
    }

    @Test
    void whatIsRevokedIsRefusedByEveryConsole() {
        String one = tokens.make("anna", "one", 1);
        String two = tokens.make("anna", "two", 1);
        String other = tokens.make("berta", "one", 1);
        ApiTokens elsewhere = anotherConsole();
        tokens.revoke("anna", "one");
        assertThat(elsewhere.find(one)).isEmpty();
        assertThat(elsewhere.find(two)).isPresent();
        tokens.revokeAll("anna");
        assertThat(elsewhere.find(two)).isEmpty();
        assertThat(elsewhere.find(other)).isPresent();
        assertThatThrownBy(() -> tokens.revoke("anna", "one"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("one of your own");
    }

    @Test
    void theTokenItselfIsKeptNowhereAndTheFileIsItsOwners() throws Exception {
        String token = tokens.make("anna", "robot", 1);
        Path file = folder.resolve("secrets/console-tokens");
        assertThat(Files.readString(file)).doesNotContain(token.substring(4)).contains("robot");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        for (String wrong : new String[] {"", "fqt_", token + "0", token.substring(4)}) {
            assertThat(tokens.find(wrong)).as(wrong).isEmpty();
        }
    }

    @Test
    void namesAndTimesAndNumbersAreBounded() {
        for (int i = 0; i < 20; i++) {
            assertThat(tokens.make("anna", "robot-" + i, 365)).startsWith("fqt_");
        }
        assertThatThrownBy(() -> tokens.make("anna", "one-more", 1))
                .hasMessageContaining("too many");
        assertThatThrownBy(() -> tokens.make("berta", "Robot", 1)).hasMessageContaining("name:");
        assertThatThrownBy(() -> tokens.make("berta", "robot", 0)).hasMessageContaining("days: 0");
        assertThatThrownBy(() -> tokens.make("berta", "robot", 366))
                .hasMessageContaining("expected: 1 to 365");
    }

    @Test
    void fortyRequestsAtOnceAndTwentyASecond() {
        RateLimit limit = new RateLimit(clock, 20, 40);
        for (int i = 0; i < 40; i++) {
            assertThat(limit.take("robot")).isZero();
        }
        assertThat(limit.take("robot")).isEqualTo(Duration.ofMillis(50));
        assertThat(limit.take("other")).isZero();
        clock.advance(Duration.ofMillis(49));
        assertThat(limit.take("robot")).isPositive();
        clock.advance(Duration.ofMillis(1));
        assertThat(limit.take("robot")).as("asking in vain costs nothing").isZero();
        clock.advance(Duration.ofMinutes(1));
        for (int i = 0; i < 40; i++) {
            assertThat(limit.take("robot")).isZero();
        }
        assertThat(limit.take("robot")).isPositive();
    }
}
