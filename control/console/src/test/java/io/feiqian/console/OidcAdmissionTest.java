package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.console.OidcException.Why;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.AuditRecord;
import io.feiqian.security.FileAuditTrail;
import io.feiqian.security.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An administrator's lock against the provider's word, also in the same moment. */
final class OidcAdmissionTest {
    private static final String OLGA = "oidc:olga";

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));
    private FileAuditTrail file;
    private Meanwhile trail;
    private Users users;
    private OidcAdmission admission;

    @BeforeEach
    void open(@TempDir Path folder) {
        Secrets secrets = Secrets.in(folder.resolve("secrets"), Randomness.seeded(7));
        file = FileAuditTrail.open(folder.resolve("audit.jsonl"), clock);
        trail = new Meanwhile(file, "console.user-role");
        users = new Users(secrets, new Passwords(Randomness.seeded(7)));
        Duration hour = Duration.ofHours(1);
        admission =
                new OidcAdmission(
                        OidcConsole.config("https://a.example", "https://console.example"),
                        new OidcUsers(secrets),
                        users,
                        new Sessions(clock, Randomness.seeded(7), hour, hour),
                        new Trail(trail));
    }

    @AfterEach
    void close() {
        file.close();
    }

    private User olga(String group) {
        return admission.admit(new OidcProvider.Person("17", "olga", Set.of(group)));
    }

    private void assertLocked(String group) {
        assertThatThrownBy(() -> olga(group))
                .isInstanceOfSatisfying(
                        OidcException.class, it -> assertThat(it.why()).isEqualTo(Why.LOCKED));
        assertThat(users.find(OLGA))
                .hasValueSatisfying(it -> {
                    assertThat(it.locked()).isTrue();
                    assertThat(it.role()).isEqualTo("OPERATOR");
                });
    }

    private long recorded(String action) {
        return trail.read(1, 100).stream()
                .map(AuditRecord::entry)
                .filter(each -> each.action().equals(action))
                .count();
    }

    @Test
    void whoIsLockedChangesNothingByComingAndLeavesNoRoleOnRecord() {
        assertThat(olga("operators").role()).isEqualTo("OPERATOR");
        users.lock(OLGA, true);
        assertLocked("administrators");
        assertThat(recorded("console.user-role")).isZero();
        assertThat(recorded("console.sign-in")).isEqualTo(1);
    }

    @Test
    void aLockInTheMomentOfASignInWinsToo() {
        assertThat(olga("operators").role()).isEqualTo("OPERATOR");
        trail.next(() -> users.lock(OLGA, true));
        assertLocked("administrators");
        assertThat(recorded("console.sign-in")).as("is not in").isEqualTo(1);
    }
}
