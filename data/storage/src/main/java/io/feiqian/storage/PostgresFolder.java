package io.feiqian.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data folder of PostgreSQL: made, judged, and freed of whoever still works in it. */
final class PostgresFolder {
    static final long STEP_MILLIS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(PostgresFolder.class);
    private static final int PATIENCE_STEPS = 500;
    private static final Set<String> READY = Set.of("ready", "standby");

    private final Path data;
    private final PostgresBinaries binaries;

    PostgresFolder(Path data, PostgresBinaries binaries) {
        this.data = data;
        this.binaries = binaries;
    }

    /** Makes the folder where it is not there; refuses one of another major version. */
    void prepare(Path passwordFile) throws IOException, InterruptedException {
        Path version = data.resolve("PG_VERSION");
        if (!Files.exists(version)) {
            if (Files.isDirectory(data) && !isEmpty(data)) {
                throw new StorageException(
                        "data folder: " + data + " is no PostgreSQL's (expected: empty or one)");
            }
            initialise(passwordFile);
            return;
        }
        String found = Files.readString(version).strip();
        String ours = majorVersion();
        if (!found.equals(ours)) {
            throw new StorageException(
                    "data folder: %s is of PostgreSQL %s (expected: %s; %s)"
                            .formatted(
                                    data,
                                    found,
                                    ours,
                                    Integer.parseInt(found) > Integer.parseInt(ours)
                                            ? "start the newer software"
                                            : "bring it up to date with pg_upgrade"));
        }
    }

    /** Made under another name and moved into place, so that it is whole or not there. */
    private void initialise(Path passwordFile) throws IOException, InterruptedException {
        Path absolute = data.toAbsolutePath();
        Files.createDirectories(absolute);
        Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
        PostgresFiles.delete(part);
        run(
                List.of(
                        binaries.program("initdb").toString(),
                        "-D",
                        part.toString(),
                        "-U",
                        EmbeddedPostgres.USER,
                        "--auth=scram-sha-256",
                        "--pwfile=" + passwordFile.toAbsolutePath(),
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--data-checksums"));
        Files.delete(absolute);
        Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether the server with this process id accepts connections; a standby's are for reading. */
    boolean isReady(long pid) throws IOException {
        List<String> lines = pidFile();
        return lines.size() >= 8
                && lines.get(0).strip().equals(Long.toString(pid))
                && READY.contains(lines.get(7).strip());
    }

    /** Ends the server of this folder, writing everything to disk. */
    void stopServer() throws IOException, InterruptedException {
        stopServer("fast");
    }

    /** Ends the server of this folder, whose data nobody wants any more. */
    void abandonServer() throws IOException, InterruptedException {
        stopServer("immediate");
    }

    private void stopServer(String mode) throws IOException, InterruptedException {
        run(
                List.of(
                        binaries.program("pg_ctl").toString(),
                        "stop",
                        "-D",
                        data.toString(),
                        "-m",
                        mode,
                        "-t",
                        "30"));
    }

    /**
     * Ends what an earlier life left over: a server whose parent was killed is stopped; backends
     * whose server was killed are waited for, since the folder must not have two at once. A file
     * with the number of a process that is not ours any more is removed.
     */
    void endLeftOver() throws IOException, InterruptedException {
        List<ProcessHandle> left = workingHere();
        if (!left.isEmpty()) {
            LOG.info("{} processes still work in {} and are ended", left.size(), data);
            if (left.stream().anyMatch(each -> isServer(each.pid()))) {
                try {
                    stopServer();
                } catch (IOException failed) {
                    LOG.warn("the server of an earlier life does not stop", failed);
                }
            }
            awaitGone();
        }
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }

    private void awaitGone() throws IOException, InterruptedException {
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
            } catch (java.util.concurrent.TimeoutException alive) {
                // Look again.
            } catch (java.util.concurrent.ExecutionException failed) {
                throw new StorageException("processes: cannot be watched", failed);
            }
        }
        throw new StorageException(
                "data folder: processes %s still work in %s (expected: none; end them)"
                        .formatted(workingHere().stream().map(ProcessHandle::pid).toList(), data));
    }

    private boolean isServer(long pid) {
        try {
            List<String> lines = pidFile();
            return !lines.isEmpty() && lines.get(0).strip().equals(Long.toString(pid));
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Processes named postgres whose working folder this is; PostgreSQL's own habit. */
    private List<ProcessHandle> workingHere() throws IOException {
        Path here = data.toRealPath();
        List<ProcessHandle> found = new ArrayList<>();
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
            return Files.readString(process.resolve("comm")).strip().equals("postgres")
                    && Files.readSymbolicLink(process.resolve("cwd")).equals(folder);
        } catch (IOException goneOrForeign) {
            return false;
        }
    }

    private List<String> pidFile() throws IOException {
        try {
            return Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (NoSuchFileException notThere) {
            return List.of();
        }
    }

    private String majorVersion() throws IOException, InterruptedException {
        // "postgres (PostgreSQL) 18.6"
        String said = run(List.of(binaries.program("postgres").toString(), "--version"));
        return said.replaceAll("(?s)^.*\\) (\\d+).*$", "$1");
    }

    /** A process as it has to be started here, with an environment that changes nothing. */
    static ProcessBuilder process(List<String> command) {
        return clean(new ProcessBuilder(PostgresUser.command(command)));
    }

    /** The same, away from the terminal. */
    static ProcessBuilder detached(List<String> command) {
        return clean(new ProcessBuilder(PostgresUser.detached(command)));
    }

    private static ProcessBuilder clean(ProcessBuilder builder) {
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        environment.put("LANG", "C");
        return builder;
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = process(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(
                    Path.of(command.getFirst()).getFileName()
                            + ": status "
                            + status
                            + ": "
                            + said.strip());
        }
        return said;
    }

    static void writeSecret(Path file, String secret) throws IOException {
        Files.write(
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------"))),
                (secret + "\n").getBytes(StandardCharsets.UTF_8),
                Set.of(StandardOpenOption.WRITE).toArray(StandardOpenOption[]::new));
    }

    /** Makes the database where it is not there. */
    static void requireDatabase(String url, String user, String password) {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                PreparedStatement select =
                        connection.prepareStatement("select from pg_database where datname = ?")) {
            select.setString(1, user);
            try (ResultSet row = select.executeQuery();
                    Statement create = connection.createStatement()) {
                if (!row.next()) {
                    create.execute("create database " + user);
                }
            }
        } catch (SQLException failed) {
            throw new StorageException("PostgreSQL: database " + user, failed);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        }
    }
}
