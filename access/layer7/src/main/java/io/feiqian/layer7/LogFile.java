package io.feiqian.layer7;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that is followed by another one when it is large; only the last ones are kept. */
final class LogFile {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

    private final Path path;
    private final long most;
    private final int files;
    private @Nullable FileChannel channel;
    private long written;
    private boolean failing;

    LogFile(Path path, long most, int files) {
        this.path = path;
        this.most = most;
        this.files = files;
    }

    /** Appends; whether it could. */
    boolean write(byte[] bytes, int length) {
        try {
            if (channel != null && written + length > most && Files.isRegularFile(path)) {
                turn();
            }
            FileChannel to = channel == null ? open() : channel;
            ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
            while (rest.hasRemaining()) {
                written += to.write(rest);
            }
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

    private FileChannel open() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        channel = opened;
        written = opened.size();
        return opened;
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
        FileChannel open = channel;
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
