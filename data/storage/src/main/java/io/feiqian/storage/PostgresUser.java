package io.feiqian.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * PostgreSQL refuses to run as root; there it is started inside a user namespace of its own, where
 * its user id is another one.
 */
final class PostgresUser {
    private static final List<String> NAMESPACE = List.of("unshare", "-U");

    private static final List<Path> SETSID =
            List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

    private PostgresUser() {}

    /**
     * The command as it has to be run here so that an interrupt typed at the terminal, which goes
     * to every process of its session, does not end the database before those that use it.
     */
    static List<String> detached(List<String> command) {
        boolean known = SETSID.stream().anyMatch(Files::isExecutable);
        List<String> all = new ArrayList<>();
        if (known) {
            all.add("setsid");
        }
        all.addAll(command(command));
        return all;
    }

    /** The command as it has to be run here. */
    static List<String> command(List<String> command) {
        if (!isRoot()) {
            return command;
        }
        requireNamespaces();
        List<String> all = new ArrayList<>(NAMESPACE);
        all.addAll(command);
        return all;
    }

    private static boolean isRoot() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Uid:")) {
                    // Real, effective, saved, file system.
                    return line.split("\\s+", -1)[2].equals("0");
                }
            }
        } catch (IOException notLinux) {
            return "root".equals(System.getProperty("user.name"));
        }
        return false;
    }

    private static void requireNamespaces() {
        String why;
        try {
            List<String> probe = new ArrayList<>(NAMESPACE);
            probe.add("true");
            Process process = new ProcessBuilder(probe).redirectErrorStream(true).start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return;
            }
            why = said.strip();
        } catch (IOException missing) {
            why = String.valueOf(missing.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            why = "interrupted";
        }
        throw new StorageException(
                "PostgreSQL: refuses to run as root, and `unshare -U`, which gives it another user"
                        + " id, does not work here ("
                        + why
                        + "). Start as an ordinary user, allow user namespaces"
                        + " (sysctl user.max_user_namespaces), or point the cell at an existing"
                        + " PostgreSQL by its url");
    }
}
