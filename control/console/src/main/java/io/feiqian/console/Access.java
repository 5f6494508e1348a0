package io.feiqian.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.feiqian.cli.Json;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The roles and tenants that administrators made, in a file beside the users', read anew for each
 * question as {@link Users} are: what is changed is so at once, for open sessions, API tokens and
 * every other console. Thread-safe, also between processes. A user may be given a role or a tenant
 * at one console while another removes it: then it is as one that is gone, and permits nothing.
 */
final class Access {
    private static final String FILE = "console-access";
    private static final int MOST = 100;

    /** A role in the file. A permission that this version does not know permits nothing. */
    private record KeptRole(String name, List<String> permissions) {
        static KeptRole of(Role role) {
            return new KeptRole(
                    role.name(), role.permissions().stream().map(Permission::key).toList());
        }

        Role role() {
            return new Role(
                    name,
                    permissions.stream()
                            .flatMap(each -> Permission.find(each).stream())
                            .collect(Collectors.toSet()));
        }
    }

    /** A tenant in the file. */
    private record KeptTenant(String name, List<String> cells) {
        static KeptTenant of(Tenant tenant) {
            return new KeptTenant(tenant.name(), List.copyOf(tenant.cells()));
        }

        Tenant tenant() {
            return new Tenant(name, new TreeSet<>(cells));
        }
    }

    private record File(List<KeptRole> roles, List<KeptTenant> tenants) {
        File {
            roles = Objects.requireNonNullElse(roles, List.of());
            tenants = Objects.requireNonNullElse(tenants, List.of());
        }
    }

    private final Secrets secrets;

    Access(Secrets secrets) {
        this.secrets = secrets;
    }

    /** Every role, the built-in ones first. */
    List<Role> roles() {
        return Stream.concat(Role.BUILT_IN.stream(), ownRoles(read())).toList();
    }

    /** Every tenant, that of all cells first. */
    List<Tenant> tenants() {
        return Stream.concat(Stream.of(Tenant.ALL), ownTenants(read())).toList();
    }

    /** What a user may do now; nothing by a role, and nowhere by a tenant, that is not there. */
    Rights rights(User user) {
        File file = read();
        return new Rights(
                user.name(),
                Role.builtIn(user.role())
                        .or(() -> find(ownRoles(file), each -> each.name().equals(user.role())))
                        .filter(Role::keepsDutiesApart)
                        .orElseGet(() -> Role.unknown(user.role())),
                user.tenant().equals(Tenant.ALL.name())
                        ? Tenant.ALL
                        : find(ownTenants(file), each -> each.name().equals(user.tenant()))
                                .orElse(Tenant.NONE));
    }

    /**
     * The role of this name, as it may be given to a user.
     *
     * @throws RefusedException where there is none, or it does not keep duties apart
     */
    Role role(String name) {
        return find(roles().stream(), each -> each.name().equals(name))
                .orElseThrow(() -> unknown("role", name, roles().stream().map(Role::name)))
                .requireDutiesApart();
    }

    /**
     * The tenant of this name.
     *
     * @throws RefusedException where there is none
     */
    Tenant tenant(String name) {
        return find(tenants().stream(), each -> each.name().equals(name))
                .orElseThrow(() -> unknown("tenant", name, tenants().stream().map(Tenant::name)));
    }

    /** Refuses a role that {@link #save(Role)} would not keep. */
    void requirePossible(Role role) {
        requireOwn("role", role.name(), role.isBuiltIn());
        if (role.permissions().isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "permissions: none (expected: at least one)");
        }
        role.requireDutiesApart();
        requireRoom("roles", roles().stream().map(Role::name).toList(), role.name());
    }

    /** Refuses a tenant that {@link #save(Tenant)} would not keep. */
    void requirePossible(Tenant tenant) {
        requireOwn("tenant", tenant.name(), tenant.isWhole());
        if (tenant.cells().isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, "cells: none (expected: at least one)");
        }
        requireRoom("tenants", tenants().stream().map(Tenant::name).toList(), tenant.name());
    }

    /** Adds a role, or replaces the one of its name. */
    void save(Role role) {
        change(file -> {
            requirePossible(role);
            List<KeptRole> roles = without(file.roles(), each -> each.name().equals(role.name()));
            roles.add(KeptRole.of(role));
            return new File(roles, file.tenants());
        });
    }

    /** Adds a tenant, or replaces the one of its name. */
    void save(Tenant tenant) {
        change(file -> {
            requirePossible(tenant);
            List<KeptTenant> tenants =
                    without(file.tenants(), each -> each.name().equals(tenant.name()));
            tenants.add(KeptTenant.of(tenant));
            return new File(file.roles(), tenants);
        });
    }

    /** Removes a role of one's own, where it is there. */
    void removeRole(String name) {
        change(file ->
                new File(without(file.roles(), each -> each.name().equals(name)), file.tenants()));
    }

    /** Removes a tenant, where it is there. */
    void removeTenant(String name) {
        change(file ->
                new File(file.roles(), without(file.tenants(), each -> each.name().equals(name))));
    }

    private void change(UnaryOperator<File> change) {
        var _ =
                secrets.alone(
                        FILE,
                        () -> {
                            File changed = change.apply(read());
                            write(changed);
                            return changed;
                        });
    }

    private static void requireOwn(String what, String name, boolean builtIn) {
        if (builtIn) {
            throw new RefusedException(
                    OutcomeCode.ALREADY_EXISTS,
                    what + ": " + name + " is built in (expected: another name)");
        }
        Names.require(what, name);
    }

    private static void requireRoom(String what, List<String> all, String name) {
        if (!all.contains(name) && all.size() >= MOST) {
            throw new RefusedException(
                    OutcomeCode.OVERLOADED, "%s: %d (expected: fewer)".formatted(what, MOST));
        }
    }

    /** Nobody gets what is built in from the file, whatever is written there. */
    private static Stream<Role> ownRoles(File file) {
        return file.roles().stream().map(KeptRole::role).filter(each -> !each.isBuiltIn());
    }

    private static Stream<Tenant> ownTenants(File file) {
        return file.tenants().stream().map(KeptTenant::tenant).filter(each -> !each.isWhole());
    }

    private static <T> Optional<T> find(Stream<T> all, Predicate<T> which) {
        return all.filter(which).findFirst();
    }

    private static <T> List<T> without(List<T> all, Predicate<T> which) {
        List<T> rest = new ArrayList<>(all);
        rest.removeIf(which);
        return rest;
    }

    private static RefusedException unknown(String what, String name, Stream<String> known) {
        return new RefusedException(
                OutcomeCode.INVALID_TEXT,
                "%s: %s (expected: one of %s)"
                        .formatted(
                                what,
                                name.matches("[A-Za-z0-9.-]{1,40}") ? name : "unknown",
                                known.collect(Collectors.joining(", "))));
    }

    private File read() {
        try {
            return Json.MAPPER.readValue(secrets.find(FILE).orElse("{}"), File.class);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(
                    "the file "
                            + secrets.file(FILE)
                            + " cannot be read (expected: roles and tenants)",
                    broken);
        }
    }

    private void write(File file) {
        secrets.replace(FILE, Json.write(file));
    }
}
