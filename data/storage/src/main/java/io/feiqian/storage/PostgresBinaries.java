package io.feiqian.storage;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The PostgreSQL programs of the artifact on the class path, unpacked once into a cache folder.
 *
 * @param folder holds {@code bin}, {@code lib} and {@code share}
 */
record PostgresBinaries(Path folder) {

    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /** Unpacks where that has not been done; processes that do so at once take turns. */
    static PostgresBinaries unpackedIn(Path cache) {
        String archive = "postgres-" + platform() + ".txz";
        URL resource = PostgresBinaries.class.getResource("/" + archive);
        if (resource == null) {
            throw new StorageException(
                    "PostgreSQL: no binaries for this platform on the class path (expected: "
                            + archive
                            + "; add the artifact for your platform, or point the cell at an"
                            + " existing PostgreSQL by its url)");
        }
        try {
            Path folder = cache.resolve("postgres-" + version(resource));
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(cache);
                try (FileChannel channel =
                                FileChannel.open(
                                        cache.resolve(folder.getFileName() + ".lock"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    if (lock.isValid() && !Files.isDirectory(folder)) {
                        unpack(resource, folder);
                    }
                }
            }
            return new PostgresBinaries(folder);
        } catch (IOException failed) {
            throw new StorageException("PostgreSQL: cannot unpack into " + cache, failed);
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

    private static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "");
        String family =
                system.contains("linux") ? "linux" : system.contains("mac") ? "darwin" : system;
        return family
                + "-"
                + (machine.equals("amd64") ? "x86_64" : machine.replace("aarch64", "arm_64"));
    }

    /** What tells one archive from another: the checksum that its jar holds already. */
    private static String version(URL resource) throws IOException {
        URLConnection connection = resource.openConnection();
        if (connection instanceof JarURLConnection jar && jar.getJarEntry() != null) {
            return Long.toHexString(jar.getJarEntry().getCrc());
        }
        CRC32 crc = new CRC32();
        try (InputStream in = connection.getInputStream()) {
            crc.update(in.readAllBytes());
        }
        return Long.toHexString(crc.getValue());
    }

    private static void unpack(URL resource, Path folder) throws IOException {
        Path part = folder.resolveSibling(folder.getFileName() + ".part");
        PostgresFiles.delete(part);
        Files.createDirectories(part);
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(
                        new XZCompressorInputStream(
                                new BufferedInputStream(resource.openStream(), 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                write(entry, tar, part);
            }
        }
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void write(TarArchiveEntry entry, TarArchiveInputStream tar, Path into)
            throws IOException {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("archive entry: " + entry.getName() + " (expected: inside)");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createDirectories(parent(target));
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.createDirectories(parent(target));
            Files.copy(tar, target);
            Files.setPosixFilePermissions(target, permissions(entry.getMode()));
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> all =
                EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.GROUP_READ,
                        PosixFilePermission.OTHERS_READ);
        if ((mode & 0111) != 0) {
            all.add(PosixFilePermission.OWNER_EXECUTE);
            all.add(PosixFilePermission.GROUP_EXECUTE);
            all.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return all;
    }
}
