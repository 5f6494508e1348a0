package io.feiqian.mariadb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Servers for tests: on copies of one prepared folder, gone when they are closed. */
final class TemporaryFolders {
    private static final String TEMPLATE_FORMAT = "template-1";
    private static final Set<Path> TEMPORARY = ConcurrentHashMap.newKeySet();
    private static final Object IN_THIS_PROCESS = new Object();

    private TemporaryFolders() {}

    static EmbeddedMariaDb start(Map<String, String> parameters) {
        try {
            Path cache = MariaDbBinaries.defaultCache();
            Path template = template(cache);
            Path folder = Files.createTempDirectory("feiqian-mariadb-");
            TEMPORARY.add(folder);
            Folders.copy(template.resolve("data"), folder.resolve("data"));
            Files.copy(
                    template.resolve("password"),
                    folder.resolve("password"),
                    StandardCopyOption.COPY_ATTRIBUTES);
            EmbeddedMariaDb started =
                    EmbeddedMariaDb.start(new EmbeddedMariaDb.Config(folder, 0, parameters));
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            return started;
        } catch (IOException failed) {
            throw new MariaDbException("MariaDB: no temporary server", failed);
        }
    }

    static boolean isTemporary(Path folder) {
        return TEMPORARY.contains(folder);
    }

    static void delete(Path folder) {
        if (TEMPORARY.remove(folder)) {
            try {
                Folders.delete(folder);
            } catch (IOException failed) {
                throw new MariaDbException("folder: " + folder + " cannot be deleted", failed);
            }
        }
    }

    /** A folder that was started once and stopped. */
    private static Path template(Path cache) throws IOException {
        String name = MariaDbBinaries.unpackedIn(cache).name() + "-" + TEMPLATE_FORMAT;
        Path template = cache.resolve(name);
        // File locks are held by processes: threads of one need a lock of their own.
        synchronized (IN_THIS_PROCESS) {
            Files.createDirectories(cache);
            try (FileChannel channel =
                            FileChannel.open(
                                    cache.resolve(name + ".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Files.isDirectory(template)) {
                    Path part = template.resolveSibling(name + ".part");
                    Folders.delete(part);
                    EmbeddedMariaDb.start(EmbeddedMariaDb.Config.in(part, 0)).stop();
                    Files.move(part, template, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
        return template;
    }
}
