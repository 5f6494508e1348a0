package io.feiqian.console;

import io.feiqian.console.Role.Permission;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Users: who they are, what they may do, and whether they still may. */
final class UsersPage implements Page {
    private static final String PATH = "/users";

    private final Users users;
    private final Sessions sessions;
    private final ApiTokens tokens;
    private final OidcUsers oidc;
    private final Trail trail;

    UsersPage(Users users, Sessions sessions, ApiTokens tokens, OidcUsers oidc, Trail trail) {
        this.users = users;
        this.oidc = oidc;
        this.sessions = sessions;
        this.tokens = tokens;
        this.trail = trail;
    }

    /**
     * What the page shows.
     *
     * @param users without what is kept of their passwords
     * @param roles the roles to choose from
     */
    public record Model(List<Line> users, List<String> roles) {
        /** Copies the lists. */
        public Model {
            users = List.copyOf(users);
            roles = List.copyOf(roles);
        }
    }

    /**
     * A user.
     *
     * @param byOidc whether an OpenID provider vouches for the user
     */
    public record Line(
            String name, String role, boolean firstUse, boolean locked, boolean byOidc) {}

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
        return Permission.MANAGE;
    }

    @Override
    public void routes(Frame frame) {
        frame.get(PATH, Permission.MANAGE, visit -> visit.show("users", model()));
        frame.post(PATH, Permission.MANAGE, this::add);
        frame.post(PATH + "/{name}/{change}", Permission.MANAGE, this::change);
    }

    @Override
    public List<Route> api() {
        return List.of(
                Route.get(
                        "/users",
                        Permission.MANAGE,
                        "Every user with role and state.",
                        Model.class,
                        _ -> model()));
    }

    private Model model() {
        return new Model(
                users.all().stream()
                        .map(each ->
                                new Line(
                                        each.name(),
                                        each.role().name(),
                                        each.firstUse(),
                                        each.locked(),
                                        each.byOidc()))
                        .toList(),
                Arrays.stream(Role.values()).map(Role::name).toList());
    }

    private void add(Visit visit) {
        String name = visit.field("name");
        Role role = role(visit.field("role"));
        record(visit, "console.user-add", name, Map.of("role", role.name()));
        String password = users.add(name, role);
        visit.goTo(PATH, visit.texts().of("users.added", name, password));
    }

    private void change(Visit visit) {
        String name = visit.part("name");
        if (name.equals(visit.user().name())) {
            throw new RefusedException(OutcomeCode.NOT_PERMITTED, visit.texts().of("users.own"));
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
                        tokens.revokeAll(name);
                        yield visit.texts().of("users.added", name, users.reset(name));
                    }
                    case "release" -> {
                        record(visit, "console.user-release", name, Map.of());
                        oidc.release(name);
                        yield visit.texts().of("users.released", name);
                    }
                    default ->
                            throw new RefusedException(
                                    OutcomeCode.UNKNOWN_PATH,
                                    "change: unknown (expected: lock, unlock, reset or release)");
                };
        sessions.endAll(name);
        visit.goTo(PATH, notice);
    }

    private void record(Visit visit, String action, String name, Map<String, String> details) {
        if (users.find(name).isEmpty() != action.equals("console.user-add")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, visit.texts().of("users.which", name));
        }
        trail.add(visit.user().name(), visit.field("reason"), action, name, details);
    }

    private static Role role(String name) {
        return Arrays.stream(Role.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new RefusedException(
                                OutcomeCode.INVALID_TEXT,
                                "role: unknown (expected: VIEWER, OPERATOR or ADMINISTRATOR)"));
    }
}
