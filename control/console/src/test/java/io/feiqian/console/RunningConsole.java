package io.feiqian.console;

import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.Secrets;
import io.feiqian.security.spi.AuditTrail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A console without cells, over a folder and by a clock that is set. */
final class RunningConsole implements AutoCloseable {
    /** What {@link #admin} chooses. */
    static final String OWN = "green Tree 4711 away";

    private static final Pattern FIRST = Pattern.compile("change it: (\\w{20})");

    private final Path folder;
    private final SettableClock clock = new SettableClock(Clock.system().now());
    private final ManualTimer timer = new ManualTimer(clock);
    private final Console console;

    private RunningConsole(
            Path folder, Optional<ConsoleTls> tls, UnaryOperator<AuditTrail> recording) {
        this.folder = folder;
        ConsoleConfig plain =
                ConsoleConfig.of(
                        "127.0.0.1",
                        0,
                        List.of(),
                        "",
                        folder.resolve("secrets"),
                        folder.resolve("audit.jsonl"));
        this.console =
                Console.start(
                        tls.map(plain::withTls).orElse(plain),
                        Optional.empty(),
                        Optional.empty(),
                        clock,
                        List.of(),
                        recording,
                        timer);
    }

    /** Over plain HTTP. */
    static RunningConsole over(Path folder) {
        return new RunningConsole(folder, Optional.empty(), it -> it);
    }

    /** The same with this before its audit trail. */
    static RunningConsole recording(Path folder, UnaryOperator<AuditTrail> recording) {
        return new RunningConsole(folder, Optional.empty(), recording);
    }

    /** Over TLS. */
    static RunningConsole over(Path folder, ConsoleTls tls) {
        return new RunningConsole(folder, Optional.of(tls), it -> it);
    }

    SettableClock clock() {
        return clock;
    }

    /** Moves the clock with it. */
    ManualTimer timer() {
        return timer;
    }

    int port() {
        return console.port();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    Path users() {
        return folder.resolve("secrets/console-users");
    }

    String audit() {
        try {
            return Files.readString(folder.resolve("audit.jsonl"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    String firstPassword() {
        return Users.firstPassword(Secrets.in(folder.resolve("secrets"), Randomness.secure()))
                .orElseThrow();
    }

    /** Somebody who has not signed in. */
    Visitor visitor() {
        return new Visitor(url());
    }

    /** The first user, signed in. */
    Visitor admin() {
        Visitor admin = visitor();
        if (admin.signIn("admin", OWN).statusCode() != 303) {
            admin.signInFirst("admin", firstPassword(), OWN);
        }
        return admin;
    }

    /** Adds a user, signs in as that and chooses the same password. */
    Visitor user(String name, String role) {
        Visitor added = visitor();
        added.signInFirst(name, add(name, role), OWN);
        return added;
    }

    /** Adds a user; answers with the first password. */
    String add(String name, String role) {
        try (Visitor admin = admin()) {
            admin.change("/users", "name", name, "role", role);
            Matcher password = FIRST.matcher(admin.get("/users").body());
            if (!password.find()) {
                throw new AssertionError("no first password for " + name);
            }
            return password.group(1);
        }
    }

    @Override
    public void close() {
        console.close();
    }
}
