package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The roles and tenants that users may be given, and how administrators make them. */
final class AccessPage {
    private static final String ROLES = "/roles";
    private static final String TENANTS = "/tenants";

    private final Users users;
    private final Access access;
    private final Trail trail;

    AccessPage(Users users, Access access, Trail trail) {
        this.users = users;
        this.access = access;
        this.trail = trail;
    }

    /**
     * What the page shows.
     *
     * @param permissions all that there are, by their keys
     * @param cells those of this system
     */
    public record Model(
            List<RoleLine> roles,
            List<TenantLine> tenants,
            List<String> permissions,
            List<String> cells) {
        /** Copies the lists. */
        public Model {
            roles = List.copyOf(roles);
            tenants = List.copyOf(tenants);
            permissions = List.copyOf(permissions);
            cells = List.copyOf(cells);
        }
    }

    /**
     * A role.
     *
     * @param users how many have it
     */
    public record RoleLine(String name, boolean builtIn, List<String> permissions, long users) {
        /** Copies the list. */
        public RoleLine {
            permissions = List.copyOf(permissions);
        }
    }

    /**
     * A tenant.
     *
     * @param cells none where all are its
     * @param users how many are its
     */
    public record TenantLine(String name, boolean builtIn, List<String> cells, long users) {
        /** Copies the list. */
        public TenantLine {
            cells = List.copyOf(cells);
        }
    }

    void routes(Frame frame) {
        frame.get(ROLES, Permission.USERS_SEE, visit -> visit.show("roles", model(visit)));
        frame.post(ROLES, Permission.USERS_MANAGE, this::saveRole);
        frame.post(ROLES + "/{name}/remove", Permission.USERS_MANAGE, this::removeRole);
        frame.post(TENANTS, Permission.USERS_MANAGE, this::saveTenant);
        frame.post(TENANTS + "/{name}/remove", Permission.USERS_MANAGE, this::removeTenant);
    }

    List<Route> api() {
        return List.of(
                Route.get(
                        ROLES,
                        Permission.USERS_SEE,
                        "Every role and every tenant.",
                        Model.class,
                        this::model));
    }

    private Model model(Asked visit) {
        List<User> all = users.all();
        return new Model(
                access.roles().stream()
                        .map(each ->
                                new RoleLine(
                                        each.name(),
                                        each.isBuiltIn(),
                                        each.permissions().stream().map(Permission::key).toList(),
                                        all.stream()
                                                .filter(it -> it.role().equals(each.name()))
                                                .count()))
                        .toList(),
                access.tenants().stream()
                        .map(each ->
                                new TenantLine(
                                        each.name(),
                                        each.isWhole(),
                                        List.copyOf(each.cells()),
                                        all.stream()
                                                .filter(it -> it.tenant().equals(each.name()))
                                                .count()))
                        .toList(),
                Arrays.stream(Permission.values())
                        .filter(each -> !each.isEverybodys())
                        .map(Permission::key)
                        .toList(),
                visit.cells().names());
    }

    private void saveRole(Visit visit) {
        Role role = new Role(visit.field("name"), permissions(visit.fields("permission")));
        synchronized (access) {
            requireAnothers(visit, role.name());
            access.requirePossible(role);
            trail.add(
                    visit,
                    "console.role-save",
                    role.name(),
                    Map.of(
                            "permissions",
                            role.permissions().stream()
                                    .map(Permission::key)
                                    .collect(Collectors.joining(" "))));
            access.save(role);
        }
        visit.goTo(ROLES, visit.texts().of("roles.saved", role.name()));
    }

    private void removeRole(Visit visit) {
        String name = visit.part("name");
        synchronized (access) {
            if (access.role(name).isBuiltIn()) {
                throw builtIn("role", name);
            }
            requireUnused(
                    "role", name, users.all().stream().map(User::role).collect(Collectors.toSet()));
            trail.add(visit, "console.role-remove", name, Map.of());
            access.removeRole(name);
        }
        visit.goTo(ROLES, visit.texts().of("roles.removed", name));
    }

    private void saveTenant(Visit visit) {
        Tenant tenant = new Tenant(visit.field("name"), new TreeSet<>(visit.fields("cell")));
        synchronized (access) {
            access.requirePossible(tenant);
            requireKnown(visit, tenant);
            trail.add(
                    visit,
                    "console.tenant-save",
                    tenant.name(),
                    Map.of("cells", String.join(" ", tenant.cells())));
            access.save(tenant);
        }
        visit.goTo(ROLES, visit.texts().of("tenants.saved", tenant.name()));
    }

    private void removeTenant(Visit visit) {
        String name = visit.part("name");
        synchronized (access) {
            if (access.tenant(name).isWhole()) {
                throw builtIn("tenant", name);
            }
            requireUnused(
                    "tenant",
                    name,
                    users.all().stream().map(User::tenant).collect(Collectors.toSet()));
            trail.add(visit, "console.tenant-remove", name, Map.of());
            access.removeTenant(name);
        }
        visit.goTo(ROLES, visit.texts().of("tenants.removed", name));
    }

    /** Nobody widens what they may do themselves. */
    private static void requireAnothers(Visit visit, String role) {
        if (role.equals(visit.user().role())) {
            throw new RefusedException(OutcomeCode.NOT_PERMITTED, visit.texts().of("users.own"));
        }
    }

    private static void requireUnused(String what, String name, Set<String> used) {
        if (used.contains(name)) {
            throw new RefusedException(
                    OutcomeCode.ALREADY_EXISTS,
                    "%s: %s is a user's (expected: one that nobody has)".formatted(what, name));
        }
    }

    private static void requireKnown(Visit visit, Tenant tenant) {
        List<String> known = visit.cells().names();
        if (!known.containsAll(tenant.cells())) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "cell: unknown (expected: one of %s)".formatted(String.join(", ", known)));
        }
    }

    private static RefusedException builtIn(String what, String name) {
        return new RefusedException(
                OutcomeCode.NOT_PERMITTED,
                "%s: %s is built in (expected: one that was added)".formatted(what, name));
    }

    private static Set<Permission> permissions(List<String> keys) {
        Set<Permission> all = new HashSet<>();
        for (String key : keys) {
            Optional<Permission> one = Permission.find(key).filter(each -> !each.isEverybodys());
            all.add(
                    one.orElseThrow(() ->
                            new RefusedException(
                                    OutcomeCode.INVALID_TEXT,
                                    "permission: unknown (expected: one of the list)")));
        }
        return all;
    }
}
