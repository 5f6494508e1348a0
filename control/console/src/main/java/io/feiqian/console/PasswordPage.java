package io.feiqian.console;

import io.feiqian.console.Role.Permission;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Map;

/** Where users change their own password; the only page that a new user sees. */
final class PasswordPage {
    static final String PATH = "/password";

    private final Users users;
    private final Trail trail;

    PasswordPage(Users users, Trail trail) {
        this.users = users;
        this.trail = trail;
    }

    void routes(Frame frame) {
        frame.get(PATH, Permission.SEE, visit -> visit.show("password", visit.user().firstUse()));
        frame.post(PATH, Permission.SEE, this::change);
    }

    private void change(Visit visit) {
        String name = visit.user().name();
        if (users.authenticate(name, visit.field("old")).isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED, visit.texts().of("password.wrong"));
        }
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
}
