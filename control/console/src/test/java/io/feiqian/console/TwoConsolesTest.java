package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.cli.Json;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.Secrets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two consoles over one folder: what is changed at one is not taken back by what is changed at the
 * other at the same moment. (That it holds between processes is a test of the lock itself.)
 */
@Timeout(120)
final class TwoConsolesTest {
    private static final int MANY = 40;

    @TempDir private Path folder;

    /** The same folder as another console opens it. */
    private Secrets secrets() {
        return Secrets.in(folder.resolve("secrets"), Randomness.seeded(7));
    }

    /** Has each do its numbers, both at once. */
    private static void atOnce(IntConsumer one, IntConsumer other) throws Exception {
        CyclicBarrier begin = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> all = new ArrayList<>();
            for (IntConsumer each : List.of(one, other)) {
                all.add(
                        threads.submit(() -> {
                            begin.await();
                            IntStream.range(0, MANY / 2).forEach(each);
                            return 0;
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        }
    }

    @Test
    void noLockOfAUserIsLost() throws Exception {
        List<User> all =
                IntStream.range(0, MANY)
                        .mapToObj(i -> new User(name(i), "VIEWER", "all", "kept", false, false))
                        .toList();
        var _ = secrets().create("console-users", Json.write(all));
        Users here = new Users(secrets(), new Passwords(Randomness.seeded(7)));
        Users there = new Users(secrets(), new Passwords(Randomness.seeded(7)));
        atOnce(i -> here.lock(name(i), true), i -> there.lock(name(i + MANY / 2), true));
        assertThat(here.all()).hasSize(MANY).allMatch(User::locked);
    }

    @Test
    void nobodyWhoComesByTheProviderIsLost() throws Exception {
        Users here = new Users(secrets(), new Passwords(Randomness.seeded(7)));
        Users there = new Users(secrets(), new Passwords(Randomness.seeded(7)));
        atOnce(
                i -> here.admit("oidc:u" + i, Role.VIEWER),
                i -> there.admit("oidc:v" + i, Role.VIEWER));
        assertThat(here.all()).hasSize(1 + MANY);
    }

    @Test
    void noNameOfTheProviderIsLostOrGivenTwice() throws Exception {
        OidcUsers here = new OidcUsers(secrets());
        OidcUsers there = new OidcUsers(secrets());
        atOnce(
                i -> here.name("issuer", "a" + i, "u" + i),
                i -> there.name("issuer", "b" + i, "v" + i));
        for (int i = 0; i < MANY / 2; i++) {
            assertThat(there.find("issuer", "a" + i)).contains("oidc:u" + i);
            assertThat(here.find("issuer", "b" + i)).contains("oidc:v" + i);
        }
        atOnce(i -> here.release("oidc:u" + i), i -> there.name("issuer", "c" + i, "w" + i));
        for (int i = 0; i < MANY / 2; i++) {
            assertThat(there.find("issuer", "a" + i)).isEmpty();
            assertThat(here.find("issuer", "c" + i)).contains("oidc:w" + i);
        }
    }

    @Test
    void noNewUserIsLostWhileOthersAreChanged() throws Exception {
        Users here = new Users(secrets(), new Passwords(Randomness.seeded(7)));
        Users there = new Users(secrets(), new Passwords(Randomness.seeded(7)));
        atOnce(
                i -> here.add(name(i), Role.VIEWER, Tenant.ALL),
                _ ->
                        IntStream.range(0, MANY)
                                .forEach(each -> there.lock(Users.FIRST, each % 2 == 0)));
        assertThat(there.all()).hasSize(1 + MANY / 2);
    }

    @Test
    void noRoleAndNoTenantIsLost() throws Exception {
        Access here = new Access(secrets());
        Access there = new Access(secrets());
        atOnce(
                i -> here.save(new Role(name(i), Set.of(Permission.LEDGER_SEE))),
                i -> there.save(new Tenant(name(i), Set.of("cell-1"))));
        assertThat(here.roles()).hasSize(Role.BUILT_IN.size() + MANY / 2);
        assertThat(here.tenants()).hasSize(1 + MANY / 2);
        atOnce(i -> here.removeRole(name(i)), i -> there.removeTenant(name(i)));
        assertThat(here.roles()).isEqualTo(Role.BUILT_IN);
        assertThat(here.tenants()).containsExactly(Tenant.ALL);
    }

    @Test
    void noTokenIsLostAndNoneThatWasRevokedComesBack() throws Exception {
        SettableClock clock = new SettableClock(Instant.parse("2026-01-05T08:00:00Z"));
        ApiTokens here = new ApiTokens(secrets(), Randomness.seeded(7), clock);
        ApiTokens there = new ApiTokens(secrets(), Randomness.seeded(8), clock);
        List<String> made = new ArrayList<>();
        atOnce(i -> made.add(here.make("anna", name(i), 1)), i -> there.make("otto", name(i), 1));
        assertThat(here.of("anna")).hasSize(MANY / 2);
        assertThat(here.of("otto")).hasSize(MANY / 2);
        atOnce(i -> here.revoke("anna", name(i)), i -> there.make("emil", name(i), 1));
        assertThat(made).allMatch(each -> there.find(each).isEmpty());
        assertThat(here.of("emil")).hasSize(MANY / 2);
        there.revokeAll("otto");
        assertThat(here.of("otto")).isEmpty();
    }

    private static String name(int number) {
        return "name-" + number;
    }
}
