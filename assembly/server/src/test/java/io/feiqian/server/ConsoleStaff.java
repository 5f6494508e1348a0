package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The users of a console in a test, each signed in, and what its first administrator makes. */
final class ConsoleStaff implements AutoCloseable {
    private static final String OWN = "something 4 Myself";
    private static final String ADMIN = "admin";
    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");
    private static final Pattern MADE = Pattern.compile("not shown again: (fqt_[0-9a-f]{64})");

    private final String console;
    private final Map<String, ConsoleVisitor> visitors = new TreeMap<>();
    private final Map<String, ApiCaller> callers = new TreeMap<>();

    ConsoleStaff(String console, String firstPassword) {
        this.console = console;
        signIn(ADMIN, firstPassword);
    }

    /** A browser of this user. */
    ConsoleVisitor visitor(String name) {
        return Optional.ofNullable(visitors.get(name)).orElseThrow();
    }

    ConsoleVisitor admin() {
        return visitor(ADMIN);
    }

    /** A program with a token of this user, which it makes when it is first asked for. */
    ApiCaller caller(String name) {
        return callers.computeIfAbsent(name, _ -> new ApiCaller(console, token(name)));
    }

    /** Has the administrator add a user, who signs in. */
    void add(String name, String role, String tenant) {
        HttpResponse<String> added =
                asAdmin("/users", Map.of("name", name, "role", role, "tenant", tenant));
        assertThat(added.statusCode()).as("%s", added.body()).isEqualTo(303);
        Matcher password = FIRST.matcher(admin().get("/users").body());
        assertThat(password.find()).as("a first password for " + name).isTrue();
        signIn(name, password.group(1));
    }

    /** Has a user sign in again. */
    void signInAgain(String name) {
        assertThat(visitor(name).signIn(name, OWN).statusCode()).isEqualTo(303);
    }

    /** Has the administrator give a user another role or tenant. */
    HttpResponse<String> assign(String name, String role, String tenant) {
        return asAdmin("/users/" + name + "/assign", Map.of("role", role, "tenant", tenant));
    }

    /** Has the administrator save a role. */
    HttpResponse<String> saveRole(String name, List<String> permissions) {
        return saveRole(ADMIN, name, permissions);
    }

    HttpResponse<String> saveRole(String by, String name, List<String> permissions) {
        return visitor(by)
                .postAll("/roles", form(by, Map.of("name", name)), "permission", permissions);
    }

    /** Has the administrator save a tenant. */
    HttpResponse<String> saveTenant(String name, List<String> cells) {
        return admin().postAll("/tenants", form(ADMIN, Map.of("name", name)), "cell", cells);
    }

    /** Has the administrator send a form, with a reason. */
    HttpResponse<String> asAdmin(String path, Map<String, String> fields) {
        return send(ADMIN, path, fields);
    }

    /** Has a user send a form, with a reason. */
    HttpResponse<String> send(String user, String path, Map<String, String> fields) {
        return visitor(user).post(path, form(user, fields));
    }

    private Map<String, String> form(String user, Map<String, String> fields) {
        Map<String, String> all = new TreeMap<>(fields);
        all.put("token", visitor(user).token());
        all.putIfAbsent("reason", "a test");
        return all;
    }

    private void signIn(String name, String first) {
        ConsoleVisitor visitor = new ConsoleVisitor(console);
        visitors.put(name, visitor);
        visitor.signInFirst(name, first, OWN);
    }

    private String token(String name) {
        var _ = send(name, "/password/tokens", Map.of("name", "robot", "password", OWN));
        Matcher made = MADE.matcher(visitor(name).get("/password").body());
        assertThat(made.find()).as("a token of " + name).isTrue();
        return made.group(1);
    }

    @Override
    public void close() {
        visitors.values().forEach(ConsoleVisitor::close);
        callers.values().forEach(ApiCaller::close);
    }
}
