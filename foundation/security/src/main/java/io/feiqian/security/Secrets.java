package io.feiqian.security;

import io.feiqian.runtime.Randomness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Secret files in one folder, each readable by its owner alone (0600 in a folder of 0700).
 *
 * <p>Thread-safe, also between processes: of several that create the same secret one wins and all
 * get its content. A file that others could read is refused, not repaired: its secret may be known.
 */
public final class Secrets {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<StandardOpenOption> LOCKING =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

    private static final int BYTES = 32;

    /** A lock on a file is held by the process, so its threads take turns by this one. */
    private static final ReentrantLock WITHIN_PROCESS = new ReentrantLock();

    private final Path folder;
    private final Randomness randomness;

    private Secrets(Path folder, Randomness randomness) {
        this.folder = folder;
        this.randomness = randomness;
    }

    /**
     * The secrets of this folder, which is made where it is not there.
     *
     * @throws UncheckedIOException where it cannot be made
     */
    public static Secrets in(Path folder, Randomness randomness) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
                if (isPosix(folder)) {
                    Files.setPosixFilePermissions(
                            folder, PosixFilePermissions.fromString("rwx------"));
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("folder for secrets: " + folder, failure);
        }
        return new Secrets(folder, randomness);
    }

    /**
     * The text of a secret; a new one of 64 random hexadecimal digits where there is none.
     *
     * @param name the file's name, letters, digits, points and hyphens
     * @throws IllegalStateException where others could read the file, or it is empty
     * @throws UncheckedIOException where it can neither be read nor made
     */
    public String obtain(String name) {
        Optional<String> found = find(name);
        return found.isPresent() ? found.get() : create(name, randomHex());
    }

    /** The text of a secret, where there is one; as {@link #obtain} otherwise. */
    public Optional<String> find(String name) {
        Path file = file(name);
        try {
            requireOwnerOnly(file);
            String text = Files.readString(file).strip();
            if (text.isEmpty()) {
                throw new IllegalStateException("secret " + file + ": empty (expected: a secret)");
            }
            return Optional.of(text);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read the secret " + file, failure);
        }
    }

    /**
     * Makes a secret of this text, durable when this returns.
     *
     * @return the text; that of another process where it was quicker
     */
    public String create(String name, String text) {
        Path file = file(name);
        try {
            Path made = write(name, text);
            try {
                // A link appears whole or not at all, and never replaces a secret in use.
                Files.createLink(file, made);
            } finally {
                Files.delete(made);
            }
            syncFolder();
            return text;
        } catch (FileAlreadyExistsException other) {
            return find(name).orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot make the secret " + file, failure);
        }
    }

    /** Deletes a secret, where there is one; durable when this returns. */
    public void delete(String name) {
        Path file = file(name);
        try {
            if (Files.deleteIfExists(file)) {
                syncFolder();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot delete the secret " + file, failure);
        }
    }

    /** Replaces a secret's text in one step, durable when this returns. */
    public void replace(String name, String text) {
        Path file = file(name);
        try {
            Files.move(write(name, text), file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            syncFolder();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot replace the secret " + file, failure);
        }
    }

    /**
     * Does something while nobody else, in this process or another one over the same folder, does
     * something under the same name: whoever reads a secret in it and replaces it by what follows
     * from it takes nothing back that somebody else wrote meanwhile. A process that ends lets go.
     * Waits as long as others take, so hash no password in it.
     *
     * @throws IllegalStateException within another one of the same thread
     * @throws UncheckedIOException where the file that is locked cannot be opened
     */
    public <T> T alone(String name, Supplier<T> action) {
        if (WITHIN_PROCESS.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "secret " + name + ": to be changed within another change (expected: after)");
        }
        Path file = file(name + ".lock");
        WITHIN_PROCESS.lock();
        try (FileChannel channel = FileChannel.open(file, LOCKING, ownerOnly());
                FileLock _ = channel.lock()) {
            return action.get();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot lock " + file, failure);
        } finally {
            WITHIN_PROCESS.unlock();
        }
    }

    /** Where a secret lies; for programs that want the file and not the text. */
    public Path file(String name) {
        if (!name.matches("[a-z][a-z0-9.-]{0,59}")) {
            throw new IllegalArgumentException(
                    "secret: " + name + " (expected: lower-case letters, digits, . and -)");
        }
        return folder.resolve(name);
    }

    /** 64 random hexadecimal digits. */
    String randomHex() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining()) {
            bytes.putLong(randomness.nextLong());
        }
        return HexFormat.of().formatHex(bytes.array());
    }

    private Path write(String name, String text) throws IOException {
        Path made = Files.createTempFile(folder, name, ".new", ownerOnly());
        try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
            ByteBuffer content = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        return made;
    }

    private FileAttribute<?>[] ownerOnly() {
        return isPosix(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private void syncFolder() throws IOException {
        if (isPosix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void requireOwnerOnly(Path file) throws IOException {
        if (isPosix(file)) {
            Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
            if (!OWNER_ONLY.containsAll(found)) {
                throw new IllegalStateException(
                        "secret %s: %s (expected: rw-------)"
                                .formatted(file, PosixFilePermissions.toString(found)));
            }
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
