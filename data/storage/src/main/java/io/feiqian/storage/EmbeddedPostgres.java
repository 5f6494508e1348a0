package io.feiqian.storage;

import io.feiqian.runtime.Randomness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL as a child process of this one, durable, on 127.0.0.1 only, its data kept in a
 * folder across restarts. The programs come from an artifact on the class path.
 *
 * <p>It outlives a killed parent; the next start on the same folder ends what is left over before
 * it begins. Thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    /**
     * What to start.
     *
     * @param data the data folder; made where it does not exist
     * @param port the TCP port; 0 for one that is free
     * @param passwordFile holds the password; made with a random one, mode 0600, where it does not
     *     exist
     * @param log the server's log file; appended to
     * @param cache where the programs are unpacked
     * @param parameters settings of the server beyond or instead of ours
     */
    public record Config(
            Path data,
            int port,
            Path passwordFile,
            Path log,
            Path cache,
            Map<String, String> parameters) {
        /** Copies the parameters. */
        public Config {
            parameters = Map.copyOf(parameters);
        }

        /** Everything beside the data folder, in the folder that holds it. */
        public static Config in(Path folder, int port) {
            return new Config(
                    folder.resolve("data"),
                    port,
                    folder.resolve("password"),
                    folder.resolve("postgres.log"),
                    PostgresBinaries.defaultCache(),
                    Map.of());
        }

        /** The same on another port. */
        public Config at(int otherPort) {
            return new Config(data, otherPort, passwordFile, log, cache, parameters);
        }

        /** The same with one more setting of the server. */
        public Config with(String parameter, String value) {
            Map<String, String> more = new LinkedHashMap<>(parameters);
            more.put(parameter, value);
            return new Config(data, port, passwordFile, log, cache, more);
        }
    }

    /** The user that owns everything, and the name of the database. */
    public static final String USER = "feiqian";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final long STOP_SECONDS = 30;

    /** Durable, and sized for several databases on a machine of a few cores. */
    private static final Map<String, String> PARAMETERS =
            Map.ofEntries(
                    Map.entry("listen_addresses", "127.0.0.1"),
                    Map.entry("unix_socket_directories", ""),
                    Map.entry("fsync", "on"),
                    Map.entry("synchronous_commit", "on"),
                    Map.entry("full_page_writes", "on"),
                    Map.entry("wal_compression", "on"),
                    Map.entry("shared_buffers", "128MB"),
                    Map.entry("wal_buffers", "16MB"),
                    Map.entry("max_wal_size", "2GB"),
                    Map.entry("checkpoint_timeout", "15min"),
                    Map.entry("max_connections", "100"),
                    Map.entry("jit", "off"),
                    Map.entry("autovacuum_naptime", "10s"),
                    // Tables are read by their keys: a coarse picture is enough, and a tenth of
                    // the work that the default of 100 made of it all the time.
                    Map.entry("default_statistics_target", "10"),
                    Map.entry("timezone", "UTC"),
                    Map.entry("log_timezone", "UTC"),
                    Map.entry("lc_messages", "C"),
                    Map.entry("password_encryption", "scram-sha-256"));

    private final Config config;
    private final PostgresBinaries binaries;
    private final Process process;
    private final int port;
    private final String password;

    private EmbeddedPostgres(
            Config config, PostgresBinaries binaries, Process process, int port, String password) {
        this.config = config;
        this.binaries = binaries;
        this.process = process;
        this.port = port;
        this.password = password;
    }

    /**
     * Starts and waits until connections are accepted.
     *
     * @throws StorageException with a plain message where the port is in use, the data folder is of
     *     another version, or PostgreSQL cannot run here
     */
    public static EmbeddedPostgres start(Config config) {
        PostgresBinaries binaries = PostgresBinaries.unpackedIn(config.cache());
        try {
            String password = password(config.passwordFile());
            PostgresFolder folder = new PostgresFolder(config.data(), binaries);
            folder.prepare(config.passwordFile());
            folder.endLeftOver();
            int port = config.port() == 0 ? freePort() : config.port();
            Files.createDirectories(parent(config.log()));
            long logStart = Files.exists(config.log()) ? Files.size(config.log()) : 0;
            Process process = launch(config, binaries, port);
            EmbeddedPostgres started =
                    new EmbeddedPostgres(config, binaries, process, port, password);
            started.awaitReady(folder, logStart);
            PostgresFolder.requireDatabase(started.url("postgres"), USER, password);
            LOG.info("PostgreSQL runs on port {} with data in {}", port, config.data());
            return started;
        } catch (IOException failed) {
            throw new StorageException("PostgreSQL: cannot start in " + config.data(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StorageException("PostgreSQL: interrupted while starting", interrupted);
        }
    }

    /**
     * A database for tests: a copy of a prepared folder, on a free port, as durable as the real
     * one, deleted when closed or when this process ends. Starts in a fraction of a second.
     */
    public static EmbeddedPostgres temporary() {
        return TemporaryPostgres.start(Map.of());
    }

    /** The same with settings of the server's own. */
    public static EmbeddedPostgres temporary(Map<String, String> parameters) {
        return TemporaryPostgres.start(parameters);
    }

    /** The JDBC URL of the database. */
    public String url() {
        return url(USER);
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

    /** How to reach the database. */
    public DatabaseConfig database() {
        return DatabaseConfig.of(url(), USER, password);
    }

    /** The process id of the server. */
    public long pid() {
        return process.pid();
    }

    /** Whether the server's process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with the exit status when the server ends, for whatever reason. */
    public CompletableFuture<Integer> onExit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /**
     * Ends the server and its back ends without any chance to clean up, as a fault would; the data
     * folder stays. A back end that outlived its server could go on committing for a moment.
     */
    public void kill() {
        List<ProcessHandle> backEnds = process.descendants().toList();
        process.destroyForcibly();
        process.onExit().join();
        backEnds.forEach(ProcessHandle::destroyForcibly);
        backEnds.forEach(each -> each.onExit().join());
    }

    /** Breaks connections off, writes everything to disk and ends the server. */
    public void stop() {
        end(PostgresFolder::stopServer);
    }

    private void end(Ending ending) {
        if (!process.isAlive()) {
            return;
        }
        try {
            ending.end(new PostgresFolder(config.data(), binaries));
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("PostgreSQL did not stop within {} s and is killed", STOP_SECONDS);
                kill();
            }
        } catch (IOException failed) {
            LOG.warn("PostgreSQL cannot be stopped and is killed", failed);
            kill();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            kill();
        }
    }

    /** Stops; a temporary one is deleted. */
    @Override
    public void close() {
        if (TemporaryPostgres.isTemporary(config.data())) {
            end(PostgresFolder::abandonServer);
            TemporaryPostgres.delete(config.data());
        } else {
            stop();
        }
    }

    /** How the server is told to end. */
    @FunctionalInterface
    private interface Ending {
        void end(PostgresFolder folder) throws IOException, InterruptedException;
    }

    /** The JDBC URL of another database of this server. */
    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    private static Process launch(Config config, PostgresBinaries binaries, int port)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(binaries.program("postgres").toString());
        command.addAll(List.of("-D", config.data().toString(), "-p", Integer.toString(port)));
        Map<String, String> parameters = new LinkedHashMap<>(PARAMETERS);
        parameters.putAll(config.parameters());
        parameters.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return PostgresFolder.detached(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(config.log().toFile()))
                .start();
    }

    private void awaitReady(PostgresFolder folder, long logStart)
            throws IOException, InterruptedException {
        long steps = START_LIMIT.toMillis() / PostgresFolder.STEP_MILLIS;
        for (long step = 0; step < steps; step++) {
            if (folder.isReady(process.pid())) {
                return;
            }
            try {
                process.onExit().get(PostgresFolder.STEP_MILLIS, TimeUnit.MILLISECONDS);
                throw new StorageException(whyEnded(logStart));
            } catch (TimeoutException running) {
                // It is still starting, or recovering.
            } catch (ExecutionException failed) {
                throw new StorageException("PostgreSQL: cannot be watched", failed);
            }
        }
        kill();
        throw new StorageException(
                "PostgreSQL: not ready after %s (expected: sooner; see %s)"
                        .formatted(START_LIMIT, config.log()));
    }

    private String whyEnded(long logStart) throws IOException {
        byte[] all = Files.readAllBytes(config.log());
        int from = (int) Math.min(logStart, all.length);
        String said =
                new String(all, from, all.length - from, java.nio.charset.StandardCharsets.UTF_8);
        if (said.contains("Address already in use") || said.contains("could not bind")) {
            return "port: "
                    + port
                    + " is in use (expected: a free one; stop who uses it or choose another)";
        }
        int fatal = said.indexOf("FATAL:");
        String why =
                fatal < 0 ? said.strip() : said.substring(fatal).lines().findFirst().orElse("");
        return "PostgreSQL: ended while starting: " + why + " (see " + config.log() + ")";
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(parent(file));
            Randomness random = Randomness.secure();
            String password =
                    "%016x%016x%016x"
                            .formatted(random.nextLong(), random.nextLong(), random.nextLong());
            PostgresFolder.writeSecret(file, password);
        }
        return Files.readString(file).strip();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path : parent;
    }
}
