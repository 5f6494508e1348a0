package io.feiqian.console;

import io.feiqian.security.AuditChain;
import io.feiqian.security.AuditHistory;
import io.feiqian.security.AuditRecord;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A search in the audit trail of the console.
 *
 * @param user by whom; empty for anybody
 * @param text what has to be in it; empty for anything
 * @param wrong the first record that is not as it was written; 0 where all are
 * @param why what is wrong with it
 * @param last the number of the newest record
 * @param hash the hash of the newest record, to be kept elsewhere: with it, also a trail that was
 *     cut off shows
 * @param lines what was found, the newest first
 * @param older the number before which to go on; 0 where there is nothing older
 */
public record Audit(
        String user,
        String text,
        long wrong,
        String why,
        long last,
        String hash,
        List<Line> lines,
        long older) {
    /** Copies the list. */
    public Audit {
        lines = List.copyOf(lines);
    }

    /** Something that was done. */
    public record Line(
            long number,
            long atMillis,
            String user,
            String action,
            String subject,
            String reason,
            Map<String, String> details) {
        /** Copies the map. */
        public Line {
            details = Map.copyOf(details);
        }

        /** Whether its subject is a transaction. */
        public boolean isTransaction() {
            return action.startsWith("transaction.");
        }

        private static Line of(AuditRecord record) {
            return new Line(
                    record.sequence(),
                    record.at().toEpochMilli(),
                    record.entry().order().operator().name(),
                    record.entry().action(),
                    record.entry().subject(),
                    record.entry().order().reason(),
                    record.entry().details());
        }
    }

    /** Where what is older is shown. */
    public String olderLink() {
        return "/audit?user=%s&text=%s&before=%d"
                .formatted(
                        URLEncoder.encode(user, StandardCharsets.UTF_8),
                        URLEncoder.encode(text, StandardCharsets.UTF_8),
                        older);
    }

    static Audit of(String user, String text, AuditHistory.Found found) {
        List<Line> lines = found.records().stream().map(Line::of).toList();
        return switch (found.verdict()) {
            case AuditChain.Intact(var head) ->
                    new Audit(
                            user, text, 0, "", head.sequence(), head.hash(), lines, found.older());
            case AuditChain.Broken(long sequence, String why) ->
                    new Audit(user, text, sequence, why, 0, "", lines, found.older());
        };
    }
}
