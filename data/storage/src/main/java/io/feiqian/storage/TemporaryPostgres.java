package io.feiqian.storage;

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

/** Databases for tests: copies of one prepared folder, gone when they are closed. */
final class TemporaryPostgres {
    private static final String TEMPLATE_FORMAT = "template-1";
    private static final Set<Path> TEMPORARY = ConcurrentHashMap.newKeySet();
    private static final Object IN_THIS_PROCESS = new Object();

    private TemporaryPostgres() {}

    static EmbeddedPostgres start(Map<String, String> parameters) {
        try {
            Path cache = PostgresBinaries.defaultCache();
            Path template = template(cache);
            Path folder = Files.createTempDirectory("feiqian-postgres-");
            PostgresFiles.copy(template.resolve("data"), folder.resolve("data"));
            Files.copy(
                    template.resolve("password"),
                    folder.resolve("password"),
                    StandardCopyOption.COPY_ATTRIBUTES);
            EmbeddedPostgres.Config config = EmbeddedPostgres.Config.in(folder, 0);
            for (Map.Entry<String, String> each : parameters.entrySet()) {
                config = config.with(each.getKey(), each.getValue());
            }
            TEMPORARY.add(config.data());
            EmbeddedPostgres started = EmbeddedPostgres.start(config);
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            return started;
        } catch (IOException failed) {
            throw new StorageException("PostgreSQL: no temporary database", failed);
        }
    }

    static boolean isTemporary(Path data) {
        return TEMPORARY.contains(data);
    }

    static void delete(Path data) {
        Path folder = data.getParent();
        if (TEMPORARY.remove(data) && folder != null) {
            try {
                PostgresFiles.delete(folder);
            } catch (IOException failed) {
                throw new StorageException("folder: " + folder + " cannot be deleted", failed);
            }
        }
    }

    /** A folder that was started once and stopped, with the database in it. */
    private static Path template(Path cache) throws IOException {
        Path programs = PostgresBinaries.unpackedIn(cache).folder();
        Path template = cache.resolve(programs.getFileName() + "-" + TEMPLATE_FORMAT);
        if (Files.isDirectory(template)) {
            return template;
        }
        // File locks are held by processes: threads of one need a lock of their own.
        synchronized (IN_THIS_PROCESS) {
            try (FileChannel channel =
                            FileChannel.open(
                                    cache.resolve(template.getFileName() + ".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Files.isDirectory(template)) {
                    make(template);
                }
            }
        }
        return template;
    }

    private static void make(Path template) throws IOException {
        Path part = template.resolveSibling(template.getFileName() + ".part");
        PostgresFiles.delete(part);
        EmbeddedPostgres.start(EmbeddedPostgres.Config.in(part, 0)).stop();
        Files.move(part, template, StandardCopyOption.ATOMIC_MOVE);
    }
}
