package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Where users change their own password and make their own API tokens; the only page that a new
 * user sees.
 */
final class PasswordPage {
    static final String PATH = "/password";

    private final Users users;
    private final Sessions sessions;
    private final ApiTokens tokens;
    private final Trail trail;

    /** Its own: who has no session cannot keep those out who have one. */
    private final SignInLimit limit;

    PasswordPage(Users users, Sessions sessions, ApiTokens tokens, Trail trail, Clock clock) {
        this.users = users;
        this.sessions = sessions;
        this.tokens = tokens;
        this.trail = trail;
        this.limit = new SignInLimit(clock);
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
        frame.get(
                PATH,
                Permission.PASSWORD_OWN,
                visit -> visit.show("password", model(visit.user())));
        frame.post(PATH, Permission.PASSWORD_OWN, this::change);
        frame.post(PATH + "/tokens", Permission.TOKENS_USE, this::make);
        frame.post(PATH + "/tokens/{name}/revoke", Permission.PASSWORD_OWN, this::revoke);
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
        String chosen = visit.secret("new");
        if (!chosen.equals(visit.secret("again")) || chosen.equals(visit.secret("old"))) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT, visit.texts().of("password.twice"));
        }
        Passwords.requireStrong(chosen, name);
        trail.add(name, "changes the password", "console.password", name, Map.of());
        users.choose(name, chosen);
        visit.goToAnew(
                sessions,
                users.find(name).orElseThrow(),
                "/",
                visit.texts().of("password.changed"));
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
        String name = visit.user().name();
        Duration wait = limit.wait(name);
        if (wait.isPositive()) {
            throw new RefusedException(
                    OutcomeCode.OVERLOADED, visit.texts().of("signin.wait", wait.toSeconds() + 1));
        }
        if (users.authenticate(name, visit.secret(field)).isEmpty()) {
            limit.failed(name);
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED, visit.texts().of("password.wrong"));
        }
        limit.succeeded(name);
    }
}
