package io.feiqian.cli;

import io.feiqian.runtime.Randomness;
import io.feiqian.security.AdminToken;
import io.feiqian.security.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The folder that holds one system's data on one machine.
 *
 * <pre>
 * format            the version of this layout
 * lock              held by the supervisor as long as it lives
 * endpoints.json    where everything listens
 * secrets/          the operators' token, keys and passwords, readable by their owner only
 * registry/         the registry's data
 * cells/cell-1/     configuration, database and route map snapshot of a cell
 * console/          the console's configuration, and what its users did
 * gateway/          the gateway's configuration and route map snapshot
 * logs/             one log per process
 * run/              the process ids of what was started
 * </pre>
 *
 * A folder of a newer version is refused, never touched. Instances are immutable and may be shared.
 */
public final class HomeFolder {
    /** The version of the layout that this build writes; older ones are read. */
    public static final int FORMAT = 1;

    private final Path root;

    private HomeFolder(Path root) {
        this.root = root;
    }

    /**
     * The home folder of a system that was started there before.
     *
     * @throws CommandFailure where there is none, or it is of a newer version
     */
    public static HomeFolder open(Path root) {
        HomeFolder home = new HomeFolder(root);
        if (!Files.exists(home.formatFile())) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    "no system in " + root,
                    "Start one with 'feiqian dev', or name its folder with --home.");
        }
        home.requireFormat();
        return home;
    }

    /**
     * The home folder, made where it is not there yet.
     *
     * @throws CommandFailure where it is of a newer version, is something else's folder, or cannot
     *     be written
     */
    public static HomeFolder prepare(Path root) {
        HomeFolder home = new HomeFolder(root);
        try {
            Files.createDirectories(root);
            if (Files.exists(home.formatFile())) {
                home.requireFormat();
            } else {
                home.requireEmpty();
                home.writeAtomically(home.formatFile(), FORMAT + "\n");
            }
            for (String folder :
                    new String[] {"cells", "gateway", "console", "registry", "logs", "run"}) {
                Files.createDirectories(root.resolve(folder));
            }
            AdminToken.obtain(home.secrets());
            return home;
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "the home folder " + root + " cannot be written: " + failed,
                    "Name another one with --home.",
                    failed);
        }
    }

    /** The folder itself. */
    public Path root() {
        return root;
    }

    /** Where everything listens; empty while no system runs. */
    public Path endpointsFile() {
        return root.resolve("endpoints.json");
    }

    /** The operators' token, keys and passwords. */
    public Secrets secrets() {
        return Secrets.in(secretsFolder(), Randomness.secure());
    }

    /** Where the secrets lie. */
    public Path secretsFolder() {
        return root.resolve("secrets");
    }

    /** The folder of a cell, such as {@code cell-1}. */
    public Path cell(String name) {
        return root.resolve("cells").resolve(name);
    }

    /** The gateway's folder. */
    public Path gateway() {
        return root.resolve("gateway");
    }

    /** The console's folder. */
    public Path console() {
        return root.resolve("console");
    }

    /** The observatory's folder, with its database. */
    public Path observatory() {
        return root.resolve("observatory");
    }

    /** The registry's data. */
    public Path registry() {
        return root.resolve("registry");
    }

    /** The log of a process. */
    public Path log(String process) {
        return root.resolve("logs").resolve(process + ".log");
    }

    /** The folder of process ids. */
    public Path run() {
        return root.resolve("run");
    }

    /**
     * Where everything listens.
     *
     * @throws CommandFailure with {@link ExitStatus#NOT_RUNNING} where no system runs
     */
    public Endpoints endpoints() {
        try {
            return Json.MAPPER.readValue(Files.readString(endpointsFile()), Endpoints.class);
        } catch (IOException absent) {
            throw new CommandFailure(
                    ExitStatus.NOT_RUNNING,
                    "no system runs in " + root,
                    "Start it with 'feiqian dev --detach --home " + root + "'.",
                    absent);
        }
    }

    /** Says where everything listens. */
    public void writeEndpoints(Endpoints endpoints) {
        try {
            writeAtomically(endpointsFile(), Json.write(endpoints) + "\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The processes that were started last; empty where none were. Some may have ended since. */
    public List<ProcessEntry> processes() {
        try {
            return List.of(
                    Json.MAPPER.readValue(Files.readString(processesFile()), ProcessEntry[].class));
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Says which processes there are. */
    public void writeProcesses(List<ProcessEntry> processes) {
        try {
            writeAtomically(processesFile(), Json.write(processes) + "\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Forgets where everything listened and which processes there were. */
    public void forgetProcesses() {
        try {
            Files.deleteIfExists(endpointsFile());
            Files.deleteIfExists(processesFile());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The operators' token; empty where none was made yet. */
    public String adminToken() {
        return AdminToken.find(secrets()).map(AdminToken::reveal).orElse("");
    }

    /**
     * Takes the folder for this process until the result is closed or the process ends.
     *
     * @throws CommandFailure where another process has it
     */
    public AutoCloseable lock() {
        Path file = root.resolve("lock");
        try {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Optional<FileLock> lock = tryLock(channel);
            if (lock.isEmpty()) {
                channel.close();
                throw new CommandFailure(
                        ExitStatus.CANNOT_START,
                        "a system is already running in " + root,
                        "Stop it with 'feiqian stop', or name another folder with --home.");
            }
            return channel;
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "the lock " + file + " cannot be taken: " + failed,
                    "Name another folder with --home.",
                    failed);
        }
    }

    /** Whether another process, a supervisor, has the folder now. */
    public boolean isLocked() {
        Path file = root.resolve("lock");
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return tryLock(channel).isEmpty();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Writes a file so that a reader sees the old content or the new, never half of it. */
    public void writeAtomically(Path file, String content) throws IOException {
        replace(file, content);
    }

    /** The same for a file of any folder. */
    public static void replace(Path file, String content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, content, StandardCharsets.UTF_8);
        try {
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException plain) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException heldHere) {
            return Optional.empty();
        }
    }

    private Path processesFile() {
        return run().resolve("processes.json");
    }

    private Path formatFile() {
        return root.resolve("format");
    }

    private void requireFormat() {
        String written;
        try {
            written = Files.readString(formatFile()).strip();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        if (!written.matches("[0-9]{1,6}") || Integer.parseInt(written) > FORMAT) {
            throw new CommandFailure(
                    ExitStatus.CANNOT_START,
                    "the home folder %s is of format %s (expected: at most %d)"
                            .formatted(root, written, FORMAT),
                    "A newer version wrote it: use that version, or name another --home.");
        }
    }

    private void requireEmpty() throws IOException {
        try (var entries = Files.list(root)) {
            if (entries.findAny().isPresent()) {
                throw new CommandFailure(
                        ExitStatus.CANNOT_START,
                        "the folder " + root + " holds something else",
                        "Name an empty or a new folder with --home.");
            }
        }
    }
}
