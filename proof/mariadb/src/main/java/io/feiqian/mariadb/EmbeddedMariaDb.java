package io.feiqian.mariadb;

import io.feiqian.runtime.Randomness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real MariaDB as a child process of this one, durable, on 127.0.0.1 only, its data kept in a
 * folder across restarts. The programs come from an artifact on the class path.
 *
 * <p>It outlives a killed parent; the next start on the same folder ends what is left over before
 * it begins. Thread-safe.
 */
public final class EmbeddedMariaDb implements AutoCloseable {
    /**
     * What to start.
     *
     * @param folder holds the data folder, the password's file and the log; made where it is not
     * @param port the TCP port; 0 for one that is free
     * @param parameters settings of the server beyond or instead of ours
     */
    public record Config(Path folder, int port, Map<String, String> parameters) {
        /** Copies the parameters. */
        public Config {
            parameters = Map.copyOf(parameters);
        }

        /** With no other settings than ours. */
        public static Config in(Path folder, int port) {
            return new Config(folder, port, Map.of());
        }

        /** The same on another port. */
        public Config at(int otherPort) {
            return new Config(folder, otherPort, parameters);
        }

        /** The same with one more setting of the server. */
        public Config with(String parameter, String value) {
            Map<String, String> more = new LinkedHashMap<>(parameters);
            more.put(parameter, value);
            return new Config(folder, port, more);
        }

        Path data() {
            return folder.resolve("data");
        }

        Path passwordFile() {
            return folder.resolve("password");
        }

        Path log() {
            return folder.resolve("mariadb.log");
        }
    }

    /** The user that may do everything, from 127.0.0.1. */
    public static final String USER = "feiqian";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedMariaDb.class);
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 30;

    /** Durable, and sized for several databases on a machine of a few cores. */
    private static final Map<String, String> PARAMETERS =
            Map.ofEntries(
                    Map.entry("bind-address", "127.0.0.1"),
                    Map.entry("skip-name-resolve", "ON"),
                    // Or each start makes a key of its own first, for many seconds.
                    Map.entry("ssl", "OFF"),
                    // Inside the data folder: the path of a socket must be short.
                    Map.entry("socket", "mariadb.sock"),
                    Map.entry("pid-file", "mariadb.pid"),
                    Map.entry("innodb-flush-log-at-trx-commit", "1"),
                    Map.entry("innodb-buffer-pool-size", "128M"),
                    Map.entry("innodb-log-file-size", "32M"),
                    Map.entry("max-connections", "200"),
                    Map.entry("default-time-zone", "+00:00"),
                    Map.entry("skip-log-bin", "ON"));

    private final Config config;
    private final Process process;
    private final int port;
    private final String password;

    private EmbeddedMariaDb(Config config, Process process, int port, String password) {
        this.config = config;
        this.process = process;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts and waits until connections are accepted.
     *
     * @throws MariaDbException with a plain message where it cannot run here
     */
    public static EmbeddedMariaDb start(Config config) {
        MariaDbBinaries binaries = MariaDbBinaries.unpackedIn(MariaDbBinaries.defaultCache());
        try {
            Files.createDirectories(config.folder());
            String password = password(config.passwordFile());
            MariaDbFolder folder = new MariaDbFolder(config.data(), binaries);
            folder.prepare(password);
            folder.endLeftOver();
            int port = config.port() == 0 ? freePort() : config.port();
            Process process = launch(config, binaries, port);
            EmbeddedMariaDb started = new EmbeddedMariaDb(config, process, port, password);
            started.awaitReady();
            LOG.info("MariaDB runs on port {} with data in {}", port, config.data());
            return started;
        } catch (IOException failed) {
            throw new MariaDbException("MariaDB: cannot start in " + config.folder(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new MariaDbException("MariaDB: interrupted while starting", interrupted);
        }
    }

    /**
     * A server for tests: a copy of a prepared folder, on a free port, as durable as a real one,
     * deleted when closed or when this process ends.
     */
    public static EmbeddedMariaDb temporary() {
        return temporary(Map.of());
    }

    /** The same with settings of the server's own. */
    public static EmbeddedMariaDb temporary(Map<String, String> parameters) {
        return TemporaryFolders.start(parameters);
    }

    /** The JDBC URL of a database of this server; of none for an empty name. */
    public String url(String database) {
        return "jdbc:mariadb://127.0.0.1:" + port + "/" + database;
    }

    /** What was started, with the port that was chosen: starting it again goes on with its data. */
    public Config config() {
        return config.at(port);
    }

    /** The port. */
    public int port() {
        return port;
    }

    /** The password of {@link #USER}. */
    public String password() {
        return password;
    }

    /** The process id of the server. */
    public long pid() {
        return process.pid();
    }

    /** Whether the server's process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the server without any chance to clean up, as a fault would; the data folder stays. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Writes everything to disk and ends the server. */
    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("MariaDB did not stop within {} s and is killed", STOP_SECONDS);
                kill();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            kill();
        }
    }

    /** Stops; a temporary one is deleted. */
    @Override
    public void close() {
        if (TemporaryFolders.isTemporary(config.folder())) {
            kill();
            TemporaryFolders.delete(config.folder());
        } else {
            stop();
        }
    }

    private static Process launch(Config config, MariaDbBinaries binaries, int port)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(binaries.server().toString());
        // The first argument, or it is none.
        command.add("--no-defaults");
        command.add("--basedir=" + binaries.base());
        command.add("--datadir=" + config.data().toAbsolutePath());
        // A server that starts deletes what others have in a folder that they share.
        Path scratch = Files.createDirectories(config.folder().resolve("tmp"));
        command.add("--tmpdir=" + scratch.toAbsolutePath());
        command.add("--user=" + MariaDbFolder.user());
        command.add("--port=" + port);
        Map<String, String> parameters = new LinkedHashMap<>(PARAMETERS);
        parameters.putAll(config.parameters());
        parameters.forEach((name, value) -> command.add("--" + name + "=" + value));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(config.log().toFile()))
                .start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long steps = TimeUnit.SECONDS.toMillis(START_SECONDS) / MariaDbFolder.STEP_MILLIS;
        for (long step = 0; step < steps; step++) {
            if (accepts()) {
                return;
            }
            try {
                process.onExit().get(MariaDbFolder.STEP_MILLIS, TimeUnit.MILLISECONDS);
                throw new MariaDbException("MariaDB: ended while starting: " + lastWords());
            } catch (TimeoutException running) {
                // It is still starting, or recovering.
            } catch (ExecutionException failed) {
                throw new MariaDbException("MariaDB: cannot be watched", failed);
            }
        }
        kill();
        throw new MariaDbException("MariaDB: not ready in time (see " + config.log() + ")");
    }

    private boolean accepts() {
        try (Connection connection = DriverManager.getConnection(url(""), USER, password)) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    private String lastWords() throws IOException {
        List<String> errors =
                Files.readAllLines(config.log(), StandardCharsets.UTF_8).stream()
                        .filter(line -> line.contains("[ERROR]"))
                        .toList();
        return (errors.isEmpty() ? "no error" : errors.getLast()) + " (see " + config.log() + ")";
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            Randomness random = Randomness.secure();
            String password = "%016x%016x".formatted(random.nextLong(), random.nextLong());
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, password);
        }
        return Files.readString(file).strip();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
