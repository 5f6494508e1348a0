package io.feiqian.layer7;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is followed by another one when it is large; only the last ones are kept. Whoever
 * moves it away finds a new one begun. What could be written only in part, since the disk is full,
 * is taken back, so that there is no half line. One thread.
 */
final class LogFile {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

    /** Opens a file to append to; the port to the disk. */
    @FunctionalInterface
    interface Opening {
        SeekableByteChannel open(Path path) throws IOException;
    }

    private final Path path;
    private final long most;
    private final int files;
    private final Opening opening;
    private @Nullable SeekableByteChannel channel;
    private @Nullable Object opened;
    private long written;
    private boolean failing;

    LogFile(Path path, long most, int files) {
        this(
                path,
                most,
                files,
                at ->
                        Files.newByteChannel(
                                at, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    LogFile(Path path, long most, int files, Opening opening) {
        this.path = path;
        this.most = most;
        this.files = files;
        this.opening = opening;
    }

    /** Appends whole lines; whether it could. */
    boolean write(byte[] bytes, int length) {
        try {
            if (channel != null && !Objects.equals(opened, key())) {
                close();
            }
            if (channel != null && written + length > most && Files.isRegularFile(path)) {
                turn();
            }
            append(channel == null ? open() : channel, ByteBuffer.wrap(bytes, 0, length));
            failing = false;
            return true;
        } catch (IOException failed) {
            if (!failing) {
                LOG.warn("the access log {} cannot be written: {}", path, failed.toString());
            }
            failing = true;
            close();
            return false;
        }
    }

    private void append(SeekableByteChannel to, ByteBuffer rest) throws IOException {
        long before = written;
        try {
            while (rest.hasRemaining()) {
                written += to.write(rest);
            }
        } catch (IOException full) {
            if (written > before) {
                to.truncate(before);
            }
            throw full;
        }
    }

    private SeekableByteChannel open() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        SeekableByteChannel fresh = opening.open(path);
        channel = fresh;
        opened = key();
        written = fresh.size();
        return fresh;
    }

    /** What tells the file that is there from others; null where there is none. */
    private @Nullable Object key() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException moved) {
            return null;
        }
    }

    private void turn() throws IOException {
        close();
        for (int i = files - 1; i >= 1; i--) {
            Path from = i == 1 ? path : numbered(i - 1);
            if (Files.exists(from)) {
                Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (files == 1) {
            Files.deleteIfExists(path);
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    void close() {
        SeekableByteChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failed) {
                LOG.debug("closing {}", path, failed);
            }
        }
    }
}
