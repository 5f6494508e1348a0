package io.feiqian.security;

import io.feiqian.runtime.Clock;
import io.feiqian.security.spi.AuditTrail;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An audit trail as lines of JSON in a file, each on the disk before its append returns.
 *
 * <p>Thread-safe, also between processes (a lock on the file). A line that a crash cut short was
 * never acknowledged; the next append removes it. A whole line that cannot be read stops every
 * append: it is evidence.
 */
public final class FileAuditTrail implements AuditTrail, AutoCloseable {
    private final Path file;
    private final Clock clock;
    private final FileChannel channel;
    private AuditHead head = AuditHead.NONE;
    private long readTo;

    private FileAuditTrail(Path file, Clock clock, FileChannel channel) {
        this.file = file;
        this.clock = clock;
        this.channel = channel;
    }

    /**
     * Opens the trail, made where it is not there.
     *
     * @throws UncheckedIOException where the file cannot be opened
     */
    public static FileAuditTrail open(Path file, Clock clock) {
        try {
            FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            return new FileAuditTrail(file, clock, channel);
        } catch (IOException failure) {
            throw new UncheckedIOException("audit trail " + file, failure);
        }
    }

    @Override
    public synchronized AuditRecord append(AuditEntry entry) {
        try (FileLock _ = channel.lock()) {
            catchUp();
            AuditRecord record = AuditRecord.after(head, clock.now(), entry);
            byte[] line = (AuditJson.write(record) + "\n").getBytes(StandardCharsets.UTF_8);
            channel.truncate(readTo);
            ByteBuffer content = ByteBuffer.wrap(line);
            long at = readTo;
            while (content.hasRemaining()) {
                at += channel.write(content, at);
            }
            channel.force(true);
            head = record.head();
            readTo = at;
            return record;
        } catch (IOException failure) {
            throw new UncheckedIOException("audit trail " + file, failure);
        }
    }

    @Override
    public synchronized List<AuditRecord> read(long fromSequence, int atMost) {
        List<AuditRecord> found = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String line = lines.readLine();
            while (line != null && found.size() < atMost) {
                String next = lines.readLine();
                if (next != null || endsWithNewline()) {
                    AuditRecord record = AuditJson.read(line);
                    if (record.sequence() >= fromSequence) {
                        found.add(record);
                    }
                }
                line = next;
            }
            return found;
        } catch (IOException failure) {
            throw new UncheckedIOException("audit trail " + file, failure);
        }
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new UncheckedIOException("audit trail " + file, failure);
        }
    }

    /** Reads the whole lines that others appended since the last look. */
    private void catchUp() throws IOException {
        ByteBuffer unread = ByteBuffer.allocate((int) Math.min(channel.size() - readTo, 1 << 30));
        long at = readTo;
        while (unread.hasRemaining()) {
            int count = channel.read(unread, at);
            if (count < 0) {
                break;
            }
            at += count;
        }
        byte[] bytes = unread.array();
        int start = 0;
        for (int i = 0; i < unread.position(); i++) {
            if (bytes[i] == '\n') {
                String line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
                head = AuditJson.read(line).head();
                start = i + 1;
            }
        }
        readTo += start;
    }

    private boolean endsWithNewline() throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        return channel.size() > 0
                && channel.read(last, channel.size() - 1) == 1
                && last.get(0) == '\n';
    }
}
