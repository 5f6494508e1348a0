package io.feiqian.security;

import io.feiqian.security.spi.AuditTrail;
import java.util.List;
import java.util.Optional;

/** Verifies that an audit trail was never changed since its records were written. */
public final class AuditChain {
    static final String NOT_SEEN = "not the record that was seen earlier";

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
            return Optional.of(new Broken(next.sequence(), "its content was changed"));
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
