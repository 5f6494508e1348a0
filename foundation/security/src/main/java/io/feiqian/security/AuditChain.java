package io.feiqian.security;

import io.feiqian.security.spi.AuditTrail;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Verifies that an audit trail was never changed since its records were written. */
public final class AuditChain {
    static final String NOT_SEEN = "not the record that was seen earlier";
    static final String CHANGED = "its content was changed";

    private static final int PAGE = 1_000;

    private AuditChain() {}

    /**
     * Reads the whole trail.
     *
     * <p>A chain cannot show by itself that its newest records were cut off: who wants to know
     * keeps a {@link AuditHead} elsewhere and hands it in as {@code known}.
     *
     * @param known a head that was seen earlier; {@link AuditHead#NONE} for none
     */
    public static Verdict verify(AuditTrail trail, AuditHead known) {
        AuditHead head = AuditHead.NONE;
        boolean knownSeen = known.equals(AuditHead.NONE);
        List<AuditRecord> page = trail.read(1, PAGE);
        while (!page.isEmpty()) {
            for (AuditRecord each : page) {
                Optional<Broken> wrong = judge(head, each);
                if (wrong.isPresent()) {
                    return wrong.get();
                }
                head = each.head();
                knownSeen |= head.equals(known);
            }
            page = trail.read(head.sequence() + 1, PAGE);
        }
        return knownSeen ? new Intact(head) : new Broken(known.sequence(), NOT_SEEN);
    }

    /**
     * Reads the file of a {@link FileAuditTrail}, once and line by line, without changing it; its
     * writers may go on meanwhile. Record n is line n, so what is broken is named by its line. A
     * last line that a crash cut short is no record.
     *
     * @param known as above
     * @throws IOException where there is no such file, or it cannot be read
     */
    public static Verdict verify(Path file, AuditHead known) throws IOException {
        AuditHead head = AuditHead.NONE;
        boolean knownSeen = known.equals(AuditHead.NONE);
        try (InputStream lines = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            Optional<byte[]> line = AuditLines.next(lines);
            while (line.isPresent()) {
                Optional<AuditRecord> record = AuditLines.parse(line.get());
                Optional<Broken> wrong = AuditLines.judge(head, line.get(), record);
                if (wrong.isPresent()) {
                    return wrong.get();
                }
                head = record.orElseThrow().head();
                knownSeen |= head.equals(known);
                line = AuditLines.next(lines);
            }
        }
        return knownSeen ? new Intact(head) : new Broken(known.sequence(), NOT_SEEN);
    }

    /** What is wrong with the record that stands after this one; empty where nothing is. */
    static Optional<Broken> judge(AuditHead head, AuditRecord next) {
        if (next.sequence() != head.sequence() + 1) {
            return Optional.of(new Broken(head.sequence() + 1, "missing"));
        }
        if (!next.previousHash().equals(head.hash())) {
            return Optional.of(
                    new Broken(next.sequence(), "does not continue the record before it"));
        }
        if (!next.isUnchanged()) {
            return Optional.of(new Broken(next.sequence(), CHANGED));
        }
        return Optional.empty();
    }

    /** What was found. */
    public sealed interface Verdict {
        /** Whether every record is as it was written. */
        default boolean isIntact() {
            return this instanceof Intact;
        }
    }

    /**
     * Every record is as it was written.
     *
     * @param head the last record
     */
    public record Intact(AuditHead head) implements Verdict {}

    /**
     * The chain does not hold.
     *
     * @param sequence the first record that is wrong
     * @param why what is wrong with it
     */
    public record Broken(long sequence, String why) implements Verdict {}
}
