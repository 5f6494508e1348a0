package io.feiqian.security;

import io.feiqian.runtime.Clock;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The records of a {@link FileAuditTrail}, the newest first, each verified before it is shown.
 *
 * <p>What was appended since the last look is verified at each look, and everything from the
 * beginning once in a while, so that looking stays cheap while the trail grows and a change to what
 * was verified before still shows. The newest record that was ever seen is remembered: a trail
 * whose end was cut off is broken, as long as this object lives. Thread-safe; blocks on the disk.
 */
public final class AuditHistory {
    /** A record in how many has its place in the file remembered. */
    private static final int STEP = 256;

    private final Path file;
    private final Clock clock;
    private final long recheckNanos;
    private final List<Long> places = new ArrayList<>();
    private AuditHead newest = AuditHead.NONE;
    private AuditHead head = AuditHead.NONE;
    private Optional<AuditChain.Broken> broken = Optional.empty();
    private long readTo;
    private long checkedNanos;

    /**
     * What a search found.
     *
     * @param verdict whether the trail is as it was written
     * @param records the newest first; none from the first wrong one on
     * @param older the sequence number before which to go on; 0 where there is nothing older
     */
    public record Found(AuditChain.Verdict verdict, List<AuditRecord> records, long older) {
        /** Copies the list. */
        public Found {
            records = List.copyOf(records);
        }
    }

    /**
     * The history of a trail, which need not be there yet.
     *
     * @param recheck after which time everything is verified from the beginning
     */
    public AuditHistory(Path file, Clock clock, Duration recheck) {
        this.file = file;
        this.clock = clock;
        this.recheckNanos = recheck.toNanos();
        this.checkedNanos = clock.nanos() - recheckNanos - 1;
    }

    /**
     * Looks for records.
     *
     * @param wanted which ones
     * @param before only those before this sequence number; 0 for all
     * @param atMost how many to find
     * @param lookAt at how many records to look at most, found or not
     * @throws UncheckedIOException where the file cannot be read
     */
    public synchronized Found search(
            Predicate<AuditRecord> wanted, long before, int atMost, int lookAt) {
        try {
            verify();
            long next = before > 0 && before <= head.sequence() ? before - 1 : head.sequence();
            long last = Math.max(0, next - lookAt);
            List<AuditRecord> found = new ArrayList<>();
            while (next > last && found.size() < atMost) {
                List<AuditRecord> block = block(next);
                if (block.isEmpty() || block.getFirst().sequence() > next) {
                    throw new IOException("record " + next + " is gone since it was verified");
                }
                for (int i = block.size() - 1;
                        i >= 0 && next > last && found.size() < atMost;
                        i--) {
                    AuditRecord each = block.get(i);
                    if (each.sequence() <= next) {
                        if (wanted.test(each)) {
                            found.add(each);
                        }
                        next = each.sequence() - 1;
                    }
                }
            }
            return new Found(verdict(), found, next > 0 ? next + 1 : 0);
        } catch (IOException failed) {
            throw new UncheckedIOException("audit trail " + file, failed);
        }
    }

    private AuditChain.Verdict verdict() {
        return broken.<AuditChain.Verdict>map(it -> it)
                .orElseGet(() -> new AuditChain.Intact(head));
    }

    private void verify() throws IOException {
        if (clock.nanos() - checkedNanos > recheckNanos) {
            checkedNanos = clock.nanos();
            head = AuditHead.NONE;
            readTo = 0;
            places.clear();
            broken = Optional.empty();
        }
        if (broken.isEmpty()) {
            readOn();
        }
        if (broken.isEmpty() && head.sequence() < newest.sequence()) {
            broken = Optional.of(new AuditChain.Broken(newest.sequence(), AuditChain.NOT_SEEN));
        }
    }

    private void readOn() throws IOException {
        if (!file.toFile().exists()) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < readTo) {
                broken = Optional.of(new AuditChain.Broken(newest.sequence(), AuditChain.NOT_SEEN));
                return;
            }
            InputStream lines = from(channel, readTo);
            Optional<byte[]> line = AuditLines.next(lines);
            while (line.isPresent() && broken.isEmpty()) {
                take(line.get());
                line = AuditLines.next(lines);
            }
        }
    }

    private void take(byte[] line) {
        Optional<AuditRecord> record = AuditLines.parse(line);
        broken = AuditLines.judge(head, line, record);
        if (broken.isEmpty() && record.isPresent()) {
            if (head.sequence() % STEP == 0) {
                places.add(readTo);
            }
            head = record.get().head();
            readTo += line.length + 1L;
            if (head.sequence() == newest.sequence() && !head.equals(newest)) {
                broken = Optional.of(new AuditChain.Broken(head.sequence(), AuditChain.NOT_SEEN));
            } else if (head.sequence() > newest.sequence()) {
                newest = head;
            }
        }
    }

    /** The records that stand together with this one. */
    private List<AuditRecord> block(long sequence) throws IOException {
        List<AuditRecord> block = new ArrayList<>(STEP);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            InputStream lines = from(channel, places.get((int) ((sequence - 1) / STEP)));
            while (block.size() < STEP) {
                Optional<AuditRecord> record = AuditLines.next(lines).flatMap(AuditLines::parse);
                if (record.isEmpty()) {
                    break;
                }
                block.add(record.get());
            }
        }
        return block;
    }

    private static InputStream from(FileChannel channel, long place) throws IOException {
        return new BufferedInputStream(Channels.newInputStream(channel.position(place)), 1 << 16);
    }
}
