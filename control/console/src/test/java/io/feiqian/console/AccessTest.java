package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.runtime.Randomness;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles and tenants in their file, and what they let a user do. */
final class AccessTest {
    private static final Set<Permission> READS = Set.of(Permission.LEDGER_SEE);

    @TempDir private Path folder;
    private Secrets secrets;
    private Access access;

    @BeforeEach
    void open() {
        secrets = Secrets.in(folder.resolve("secrets"), Randomness.seeded(7));
        access = new Access(secrets);
    }

    @Test
    void usersOfAnOlderVersionHaveAllCells() {
        secrets.create(
                "console-users",
                """
                [{"name": "anna", "role": "OPERATOR", "password": "kept", "firstUse": false,
                  "locked": false},
                 {"name": "root", "role": "ADMINISTRATOR", "password": "kept", "firstUse": true,
                  "locked": false}]
                """);
        Users users = new Users(secrets, new Passwords(Randomness.seeded(7)));
        Rights anna = access.rights(users.find("anna").orElseThrow());
        assertThat(anna.tenant()).isEqualTo(Tenant.ALL);
        assertThat(anna.tenant().has("cell-99")).isTrue();
        assertThat(anna.role()).isEqualTo(Role.OPERATOR);
        assertThat(anna.may(Permission.TRACES_SEE)).isTrue();
        assertThat(anna.may(Permission.USERS_SEE)).isFalse();
        assertThat(access.rights(users.find("root").orElseThrow()).may(Permission.USERS_MANAGE))
                .isTrue();
        users.lock("anna", true);
        assertThat(users.find("anna").orElseThrow().tenant()).isEqualTo("all");
    }

    @Test
    void whatOneConsoleSavesHoldsInEveryOther() throws Exception {
        access.save(new Role("reader", READS));
        access.save(new Tenant("north", Set.of("cell-1", "cell-3")));
        Access other = new Access(secrets);
        Rights rights = other.rights(user("reader", "north"));
        assertThat(rights.may(Permission.LEDGER_SEE)).isTrue();
        assertThat(rights.may(Permission.OVERVIEW_SEE)).isFalse();
        assertThat(rights.may(Permission.PASSWORD_OWN)).isTrue();
        assertThat(rights.tenant().has("cell-3")).isTrue();
        assertThat(rights.tenant().has("cell-2")).isFalse();
        other.save(new Role("reader", Set.of(Permission.OVERVIEW_SEE)));
        assertThat(access.rights(user("reader", "north")).may(Permission.LEDGER_SEE)).isFalse();
        Path file = folder.resolve("secrets/console-access");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void whoseRoleOrTenantIsGoneMayNothingAnywhere() {
        Rights nothing = access.rights(user("gone", "all"));
        assertThat(nothing.all()).containsExactly(Permission.PASSWORD_OWN);
        Rights nowhere = access.rights(user("ADMINISTRATOR", "gone"));
        assertThat(nowhere.tenant().isWhole()).isFalse();
        assertThat(nowhere.tenant().has("cell-1")).isFalse();
        assertThat(nowhere.may(Permission.USERS_MANAGE)).isFalse();
    }

    @Requirement("D6.9-b")
    @Test
    void aTenantsUsersHaveNothingOfTheWholeSystem() {
        access.save(new Tenant("north", Set.of("cell-1")));
        for (Role role : Role.BUILT_IN) {
            assertThat(access.rights(user(role.name(), "north")).all())
                    .as(role.name())
                    .isNotEmpty()
                    .noneMatch(Permission::isOfSystem);
        }
    }

    @Test
    void dutiesAreKeptApartWhereARoleIsSavedGivenAndUsed() {
        List<Permission> moving =
                Arrays.stream(Permission.values()).filter(Permission::moves).toList();
        assertThat(moving).hasSize(5);
        for (Permission each : moving) {
            Role both = new Role("both", Set.of(Permission.USERS_MANAGE, each));
            assertThatThrownBy(() -> access.save(both))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("users.manage and " + each.key());
        }
        secrets.replace(
                "console-access",
                """
                {"roles": [{"name": "both", "permissions": ["users.manage", "routing.change"]}]}
                """);
        assertThatThrownBy(() -> access.role("both")).hasMessageContaining("expected: not both");
        assertThat(access.rights(user("both", "all")).may(Permission.USERS_MANAGE)).isFalse();
        assertThat(Role.BUILT_IN).allMatch(Role::keepsDutiesApart);
    }

    @Test
    void whatIsBuiltInIsNotReplacedNeitherByAFile() {
        for (Role role : Role.BUILT_IN) {
            assertThatThrownBy(() -> access.save(new Role(role.name(), READS)))
                    .hasMessageContaining("is built in");
        }
        assertThatThrownBy(() -> access.save(new Tenant("all", Set.of("cell-1"))))
                .hasMessageContaining("is built in");
        secrets.create(
                "console-access",
                """
                {"roles": [{"name": "VIEWER", "permissions": ["users.manage", "of.tomorrow"]},
                           {"name": "later", "permissions": ["of.tomorrow", "ledger.see"]}],
                 "tenants": [{"name": "all", "cells": ["cell-1"]}]}
                """);
        assertThat(access.rights(user("VIEWER", "all")).role()).isEqualTo(Role.VIEWER);
        assertThat(access.rights(user("VIEWER", "all")).tenant()).isEqualTo(Tenant.ALL);
        assertThat(access.role("later").permissions()).containsExactly(Permission.LEDGER_SEE);
        assertThat(access.roles()).hasSize(4);
        assertThat(access.tenants()).containsExactly(Tenant.ALL);
    }

    @Test
    void namesAndNumbersAreBounded() {
        assertThatThrownBy(() -> access.save(new Role("A", READS))).hasMessageContaining("role: A");
        assertThatThrownBy(() -> access.save(new Role("none", Set.of())))
                .hasMessageContaining("permissions: none");
        assertThatThrownBy(() -> access.save(new Tenant("none", Set.of())))
                .hasMessageContaining("cells: none");
        for (int i = access.roles().size(); i < 100; i++) {
            access.save(new Role("role-" + i, READS));
        }
        assertThatThrownBy(() -> access.save(new Role("more", READS)))
                .hasMessageContaining("roles: 100");
        access.save(new Role("role-50", Set.of(Permission.OVERVIEW_SEE)));
        access.removeRole("role-50");
        access.save(new Role("more", READS));
    }

    private static User user(String role, String tenant) {
        return new User("anna", role, tenant, "kept", false, false);
    }
}
