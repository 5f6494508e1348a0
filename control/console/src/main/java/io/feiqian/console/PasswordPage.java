package io.feiqian.console;

import io.feiqian.console.Role.Permission;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;

/**
 * Where users change their own password and make their own API tokens; the only page that a new
 * user sees.
 */
final class PasswordPage {
    static final String PATH = "/password";

    private final Users users;
    private final ApiTokens tokens;
    private final Trail trail;

    PasswordPage(Users users, ApiTokens tokens, Trail trail) {
        this.users = users;
        this.tokens = tokens;
        this.trail = trail;
    }

    /**
     * What the page shows.
     *
     * @param firstUse whether the password has to be changed before anything else
     * @param elsewhere whether the user's password is not kept here
     * @param tokens the user's own
     */
    public record Model(boolean firstUse, boolean elsewhere, List<Line> tokens) {
        /** Copies the list. */
        public Model {
            tokens = List.copyOf(tokens);
        }
    }

    /** A token, of which only the end is known. */
    public record Line(String name, String lastFour, long createdMillis, long expiresMillis) {}

    void routes(Frame frame) {
        frame.get(PATH, Permission.SEE, visit -> visit.show("password", model(visit.user())));
        frame.post(PATH, Permission.SEE, this::change);
        frame.post(PATH + "/tokens", Permission.SEE, this::make);
        frame.post(PATH + "/tokens/{name}/revoke", Permission.SEE, this::revoke);
    }

    private Model model(User user) {
        return new Model(
                user.firstUse(),
                user.byOidc(),
                tokens.of(user.name()).stream()
                        .map(each ->
                                new Line(
                                        each.name(),
                                        each.lastFour(),
                                        each.createdMillis(),
                                        each.expiresMillis()))
                        .toList());
    }

    private void change(Visit visit) {
        String name = visit.user().name();
        requirePassword(visit, "old");
        String chosen = visit.field("new");
        if (!chosen.equals(visit.field("again")) || chosen.equals(visit.field("old"))) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, visit.texts().of("password.twice"));
        }
        Passwords.requireStrong(chosen, name);
        trail.add(name, "changes the password", "console.password", name, Map.of());
        users.choose(name, chosen);
        visit.goTo("/", visit.texts().of("password.changed"));
    }

    /** A token outlives the session, so it takes more than a session to make one. */
    private void make(Visit visit) {
        String user = visit.user().name();
        requirePassword(visit, "password");
        String name = visit.field("name");
        long days = AlarmsPage.fieldNumber(visit, "days", ApiTokens.USUAL_DAYS);
        tokens.requirePossible(user, name, days);
        trail.add(
                user,
                "makes an API token",
                "console.token-make",
                name,
                Map.of("days", Long.toString(days)));
        visit.goTo(PATH, visit.texts().of("tokens.made", tokens.make(user, name, days)));
    }

    private void revoke(Visit visit) {
        String user = visit.user().name();
        String name = visit.part("name");
        if (tokens.of(user).stream().noneMatch(each -> each.name().equals(name))) {
            throw new RefusedException(OutcomeCode.INVALID_TEXT, visit.texts().of("tokens.which"));
        }
        trail.add(user, "revokes an API token", "console.token-revoke", name, Map.of());
        tokens.revoke(user, name);
        visit.goTo(PATH, visit.texts().of("tokens.revoked", name));
    }

    private void requirePassword(Visit visit, String field) {
        if (visit.user().byOidc()) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED, visit.texts().of("password.elsewhere"));
        }
        if (users.authenticate(visit.user().name(), visit.field(field)).isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED, visit.texts().of("password.wrong"));
        }
    }
}
