package io.feiqian.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.feiqian.cli.Json;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The users, in a file that only its owner can read, read anew for each question, so that several
 * consoles over one folder know the same. Thread-safe, also between processes: whoever changes
 * something does it to what the one before left.
 */
public final class Users {
    /** The first user's name. */
    public static final String FIRST = "admin";

    private static final String FILE = "console-users";
    private static final String FIRST_PASSWORD = "console-first-password";
    private static final int MOST = 1_000;

    private final Secrets secrets;
    private final Passwords passwords;

    /** Hashed where there is no such user, so that the time does not tell. */
    private final String nobody;

    Users(Secrets secrets, Passwords passwords) {
        this.secrets = secrets;
        this.passwords = passwords;
        this.nobody = passwords.keep("nobody");
        if (secrets.find(FILE).isEmpty()) {
            String first = secrets.create(FIRST_PASSWORD, passwords.fresh());
            User admin =
                    new User(
                            FIRST,
                            Role.ADMINISTRATOR.name(),
                            Tenant.ALL.name(),
                            passwords.keep(first),
                            true,
                            false);
            secrets.create(FILE, Json.write(List.of(admin)));
        }
    }

    /** The first user's password, as long as that user has not changed it. */
    public static Optional<String> firstPassword(Secrets secrets) {
        return secrets.find(FIRST_PASSWORD);
    }

    List<User> all() {
        return List.copyOf(read().values());
    }

    Optional<User> find(String name) {
        return Optional.ofNullable(read().get(name));
    }

    /** The user of this name and password; empty where there is none, or access was taken away. */
    Optional<User> authenticate(String name, String password) {
        Optional<User> found = find(name);
        String kept = found.filter(user -> !user.byOidc()).map(User::password).orElse(nobody);
        boolean right = passwords.matches(password, kept);
        return found.filter(user -> right && !user.locked() && !user.byOidc());
    }

    /**
     * Lets in somebody for whom an OpenID provider vouches: adds the user, or gives the role that
     * follows from the provider's groups today. A lock stays.
     */
    User admit(String name, Role role) {
        return secrets.alone(FILE, () -> admitted(name, role));
    }

    private User admitted(String name, Role role) {
        Map<String, User> users = read();
        User before = users.get(name);
        if (before != null && (before.locked() || before.role().equals(role.name()))) {
            return before;
        }
        if (before == null) {
            requireRoom(users);
        }
        User now =
                before == null
                        ? new User(name, role.name(), Tenant.ALL.name(), "", false, false)
                        : before.withRole(role.name(), before.tenant());
        users.put(name, now);
        write(users);
        return now;
    }

    /**
     * Adds a user.
     *
     * @return the password to be told to the new user, who has to change it at first
     */
    String add(String name, Role role, Tenant tenant) {
        Names.require("name", name);
        String password = passwords.fresh();
        User added =
                new User(name, role.name(), tenant.name(), passwords.keep(password), true, false);
        return secrets.alone(
                FILE,
                () -> {
                    Map<String, User> users = read();
                    if (users.containsKey(name)) {
                        throw new RefusedException(
                                OutcomeCode.ALREADY_EXISTS,
                                "user: " + name + " (expected: a new name)");
                    }
                    requireRoom(users);
                    users.put(name, added);
                    write(users);
                    return password;
                });
    }

    /** Gives a user a new first password, and returns it. */
    String reset(String name) {
        requirePassword(name);
        String password = passwords.fresh();
        String kept = passwords.keep(password);
        change(name, user -> user.withPassword(kept, true));
        return password;
    }

    /** Takes a user's access away, or gives it back. */
    void lock(String name, boolean locked) {
        change(name, user -> user.withLocked(locked));
    }

    /** Gives a user this role in this tenant, from the next request on. */
    void assign(String name, Role role, Tenant tenant) {
        change(name, user -> user.withRole(role.name(), tenant.name()));
    }

    /** Sets the password that a user has chosen. */
    void choose(String name, String password) {
        requirePassword(name);
        Passwords.requireStrong(password, name);
        String kept = passwords.keep(password);
        change(name, user -> user.withPassword(kept, false));
        if (name.equals(FIRST)) {
            secrets.delete(FIRST_PASSWORD);
        }
    }

    private static void requirePassword(String name) {
        if (name.startsWith(User.BY_OIDC)) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "password: %s has none here (expected: a user of this console's own)"
                            .formatted(name));
        }
    }

    private static void requireRoom(Map<String, User> users) {
        if (users.size() >= MOST) {
            throw new RefusedException(
                    OutcomeCode.OVERLOADED, "users: " + MOST + " (expected: fewer)");
        }
    }

    private void change(String name, UnaryOperator<User> change) {
        var _ =
                secrets.alone(
                        FILE,
                        () -> {
                            Map<String, User> users = read();
                            User before = users.get(name);
                            if (before == null) {
                                throw new RefusedException(
                                        OutcomeCode.INVALID_TEXT,
                                        "user: " + name + " (expected: one of the users)");
                            }
                            users.put(name, change.apply(before));
                            write(users);
                            return before;
                        });
    }

    private Map<String, User> read() {
        String text = secrets.find(FILE).orElse("[]");
        try {
            Map<String, User> users = new TreeMap<>();
            for (User each : Json.MAPPER.readValue(text, User[].class)) {
                users.put(each.name(), each);
            }
            return users;
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException(
                    "the file " + secrets.file(FILE) + " cannot be read (expected: users)", broken);
        }
    }

    private void write(Map<String, User> users) {
        secrets.replace(FILE, Json.write(List.copyOf(users.values())));
    }
}
