package io.feiqian.mariadb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A data folder of MariaDB: made, and freed of whoever still works in it. */
final class MariaDbFolder {
    static final long STEP_MILLIS = 10;

    private static final int PATIENCE_STEPS = 1000;

    private final Path data;
    private final MariaDbBinaries binaries;

    MariaDbFolder(Path data, MariaDbBinaries binaries) {
        this.data = data;
        this.binaries = binaries;
    }

    /** Makes the folder where it is not there, whole or not at all. */
    void prepare(String password) throws IOException, InterruptedException {
        if (Files.isDirectory(data.resolve("mysql"))) {
            return;
        }
        Path absolute = data.toAbsolutePath();
        Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
        Path users = absolute.resolveSibling(absolute.getFileName() + ".users");
        Folders.delete(part);
        Files.createDirectories(part);
        // Its reader takes one statement a line; users can be made once privileges are read.
        Files.writeString(
                users,
                """
                flush privileges;
                create user '%1$s'@'127.0.0.1' identified by '%2$s';
                grant all on *.* to '%1$s'@'127.0.0.1' with grant option;
                """
                        .formatted(EmbeddedMariaDb.USER, password));
        run(
                List.of(
                        binaries.installer().toString(),
                        "--no-defaults",
                        "--basedir=" + binaries.base(),
                        "--datadir=" + part,
                        "--user=" + user(),
                        "--skip-test-db",
                        "--auth-root-authentication-method=socket",
                        "--innodb-log-file-size=32M",
                        "--extra-file=" + users));
        Files.delete(users);
        Files.deleteIfExists(absolute);
        Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The user of this process: MariaDB runs as root only where it is told so. */
    static String user() {
        return System.getProperty("user.name");
    }

    /** Ends a server whose parent was killed; the folder must not have two at once. */
    void endLeftOver() throws IOException, InterruptedException {
        workingHere().forEach(ProcessHandle::destroy);
        for (int step = 0; step < 2 * PATIENCE_STEPS; step++) {
            List<ProcessHandle> left = workingHere();
            if (left.isEmpty()) {
                return;
            }
            if (step == PATIENCE_STEPS) {
                left.forEach(ProcessHandle::destroyForcibly);
            }
            try {
                left.getFirst().onExit().get(STEP_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException alive) {
                // Look again.
            } catch (ExecutionException failed) {
                throw new MariaDbException("processes: cannot be watched", failed);
            }
        }
        throw new MariaDbException("data folder: " + data + " is in use (expected: by nobody)");
    }

    private List<ProcessHandle> workingHere() throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.isDirectory(data)) {
            return found;
        }
        Path here = data.toRealPath();
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                if (worksIn(each, here)) {
                    Optional<ProcessHandle> handle =
                            ProcessHandle.of(Long.parseLong(String.valueOf(each.getFileName())));
                    handle.ifPresent(found::add);
                }
            }
        } catch (NoSuchFileException noProc) {
            return List.of();
        }
        return found;
    }

    private static boolean worksIn(Path process, Path folder) {
        try {
            return Files.readString(process.resolve("comm")).strip().equals("mariadbd")
                    && Files.readSymbolicLink(process.resolve("cwd")).equals(folder);
        } catch (IOException goneOrForeign) {
            return false;
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(command.getFirst() + ": status " + status + ": " + said.strip());
        }
    }
}
