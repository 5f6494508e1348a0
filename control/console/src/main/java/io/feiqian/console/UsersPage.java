package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Users: who they are, what they may do and where, and whether they still may. */
final class UsersPage implements Page {
    private static final String PATH = "/users";

    private final Users users;
    private final Access access;
    private final Sessions sessions;
    private final ApiTokens tokens;
    private final OidcUsers oidc;
    private final Trail trail;
    private final AccessPage roles;

    UsersPage(
            Users users,
            Access access,
            Sessions sessions,
            ApiTokens tokens,
            OidcUsers oidc,
            Trail trail) {
        this.users = users;
        this.access = access;
        this.oidc = oidc;
        this.sessions = sessions;
        this.tokens = tokens;
        this.trail = trail;
        this.roles = new AccessPage(users, access, trail);
    }

    /**
     * What the page shows.
     *
     * @param users without what is kept of their passwords
     * @param roles the names to choose from
     * @param tenants the names to choose from
     */
    public record Model(List<Line> users, List<String> roles, List<String> tenants) {
        /** Copies the lists. */
        public Model {
            users = List.copyOf(users);
            roles = List.copyOf(roles);
            tenants = List.copyOf(tenants);
        }
    }

    /**
     * A user.
     *
     * @param byOidc whether an OpenID provider vouches for the user
     */
    public record Line(
            String name,
            String role,
            String tenant,
            boolean firstUse,
            boolean locked,
            boolean byOidc) {}

    /** What the page of one user shows. */
    public record One(Line user, List<String> roles, List<String> tenants) {
        /** Copies the lists. */
        public One {
            roles = List.copyOf(roles);
            tenants = List.copyOf(tenants);
        }
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public String title() {
        return "users.title";
    }

    @Override
    public Permission needs() {
        return Permission.USERS_SEE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.USERS_SEE, visit -> visit.show("users", model()));
        frame.get(PATH + "/{name}", Permission.USERS_SEE, visit -> visit.show("user", one(visit)));
        frame.post(PATH, Permission.USERS_MANAGE, this::add);
        frame.post(PATH + "/{name}/{change}", Permission.USERS_MANAGE, this::change);
        roles.routes(frame);
    }

    @Override
    public List<Route> api() {
        List<Route> all = new ArrayList<>(roles.api());
        all.add(
                Route.get(
                        "/users",
                        Permission.USERS_SEE,
                        "Every user with role, tenant and state.",
                        Model.class,
                        _ -> model()));
        return all;
    }

    private Model model() {
        return new Model(
                users.all().stream().map(UsersPage::line).toList(), roleNames(), tenantNames());
    }

    private One one(Visit visit) {
        String name = visit.part("name");
        return new One(
                users.find(name)
                        .map(UsersPage::line)
                        .orElseThrow(() ->
                                new RefusedException(
                                        OutcomeCode.INVALID_TEXT,
                                        visit.texts().of("users.which", name))),
                roleNames(),
                tenantNames());
    }

    private List<String> roleNames() {
        return access.roles().stream().map(Role::name).toList();
    }

    private List<String> tenantNames() {
        return access.tenants().stream().map(Tenant::name).toList();
    }

    private static Line line(User user) {
        return new Line(
                user.name(),
                user.role(),
                user.tenant(),
                user.firstUse(),
                user.locked(),
                user.byOidc());
    }

    private void add(Visit visit) {
        String name = visit.field("name");
        String password;
        synchronized (access) {
            Role role = access.role(visit.field("role"));
            Tenant tenant = tenant(visit);
            record(visit, "console.user-add", name, details(role, tenant));
            password = users.add(name, role, tenant);
        }
        visit.goTo(PATH, visit.texts().of("users.added", name, password));
    }

    private void change(Visit visit) {
        String name = visit.part("name");
        if (name.equals(visit.user().name())) {
            throw new RefusedException(OutcomeCode.NOT_PERMITTED, visit.texts().of("users.own"));
        }
        if (visit.part("change").equals("assign")) {
            assign(visit, name);
            visit.goTo(PATH, visit.texts().of("users.assigned", name));
            return;
        }
        String notice =
                switch (visit.part("change")) {
                    case "lock" -> {
                        record(visit, "console.user-lock", name, Map.of());
                        users.lock(name, true);
                        yield visit.texts().of("users.locked", name);
                    }
                    case "unlock" -> {
                        record(visit, "console.user-unlock", name, Map.of());
                        users.lock(name, false);
                        yield visit.texts().of("users.unlocked", name);
                    }
                    case "reset" -> {
                        record(visit, "console.user-reset", name, Map.of());
                        // In this order: no token is made by the former password in between.
                        String password = users.reset(name);
                        tokens.revokeAll(name);
                        yield visit.texts().of("users.added", name, password);
                    }
                    case "release" -> {
                        record(visit, "console.user-release", name, Map.of());
                        oidc.release(name);
                        yield visit.texts().of("users.released", name);
                    }
                    default ->
                            throw new RefusedException(
                                    OutcomeCode.UNKNOWN_PATH,
                                    "change: unknown (expected: lock, unlock, reset, release or"
                                            + " assign)");
                };
        sessions.endAll(name);
        visit.goTo(PATH, notice);
    }

    /**
     * From the next request on; the user has to sign in again. What the provider's groups say of
     * somebody would be said anew at that moment, so only the tenant is given here.
     */
    private void assign(Visit visit, String name) {
        synchronized (access) {
            Role role = access.role(visit.field("role"));
            Tenant tenant = tenant(visit);
            users.find(name)
                    .filter(User::byOidc)
                    .filter(it -> !it.role().equals(role.name()))
                    .ifPresent(it -> {
                        throw new RefusedException(
                                OutcomeCode.NOT_PERMITTED, visit.texts().of("users.bygroups"));
                    });
            record(visit, "console.user-assign", name, details(role, tenant));
            users.assign(name, role, tenant);
        }
    }

    private Tenant tenant(Visit visit) {
        String name = visit.field("tenant");
        return name.isEmpty() ? Tenant.ALL : access.tenant(name);
    }

    private static Map<String, String> details(Role role, Tenant tenant) {
        return Map.of("role", role.name(), "tenant", tenant.name());
    }

    private void record(Visit visit, String action, String name, Map<String, String> details) {
        if (users.find(name).isEmpty() != action.equals("console.user-add")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, visit.texts().of("users.which", name));
        }
        trail.add(visit.user().name(), visit.field("reason"), action, name, details);
    }
}
