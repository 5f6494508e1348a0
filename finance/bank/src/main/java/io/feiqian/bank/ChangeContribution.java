package io.feiqian.bank;

import io.feiqian.security.AuditEntry;
import io.feiqian.security.AuditHead;
import io.feiqian.security.AuditRecord;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Statements;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The audit of changes by hand as a contribution: the record is a row of the same local commit as
 * the change, so that neither is there without the other (the first law). Refused changes are
 * recorded too where the refusal itself is.
 *
 * <p>The command is the entry; the outcome of the parts before it is added to its details.
 */
final class ChangeContribution implements Contribution<AuditEntry> {
    private static final int ORDER = 900;
    private static final String OUTCOME = "outcome";

    private static final String LOCK = "select sequence, hash from change_head for update";

    private static final String INSERT =
            """
            insert into change_record (sequence, at_millis, operator, reason, action, subject,
             details, previous_hash, hash)
            select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)\
            """;

    static final String MOVE_HEAD = "update change_head set sequence = ?, hash = ?";

    @Override
    public String name() {
        return "changes";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Batch<AuditEntry> open(CommitContext context) {
        return new ChangeBatch(context);
    }

    private static final class ChangeBatch implements Batch<AuditEntry> {
        private final CommitContext context;
        private final List<AuditRecord> records = new ArrayList<>();
        private AuditHead head = AuditHead.NONE;

        ChangeBatch(CommitContext context) {
            this.context = context;
        }

        @Override
        public void add(AuditEntry command) {}

        @Override
        public void lock(Statements statements) {
            statements.query(
                    LOCK,
                    parameters -> {},
                    row -> head = new AuditHead(row.getLong(1), row.getString(2)));
        }

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(AuditEntry command) {
            return Check.FRESH;
        }

        @Override
        public Answer apply(AuditEntry command, Answer soFar) {
            if (soFar.isAccepted() || soFar.code().isFinal()) {
                Map<String, String> details = new TreeMap<>(command.details());
                details.put(OUTCOME, soFar.code().name());
                AuditRecord record =
                        AuditRecord.after(
                                head,
                                Instant.ofEpochMilli(context.databaseMillis()),
                                new AuditEntry(
                                        command.order(),
                                        command.action(),
                                        command.subject(),
                                        details));
                records.add(record);
                head = record.head();
            }
            return soFar;
        }

        @Override
        public void write(Statements statements) {
            if (records.isEmpty()) {
                return;
            }
            statements.update(
                    INSERT,
                    parameters -> {
                        parameters.add(records.stream().mapToLong(AuditRecord::sequence).toArray());
                        parameters.add(
                                records.stream()
                                        .mapToLong(record -> record.at().toEpochMilli())
                                        .toArray());
                        parameters.add(texts(record -> record.entry().order().operator().name()));
                        parameters.add(texts(record -> record.entry().order().reason()));
                        parameters.add(texts(record -> record.entry().action()));
                        parameters.add(texts(record -> record.entry().subject()));
                        parameters.add(texts(record -> ChangeDetails.write(record.entry())));
                        parameters.add(texts(AuditRecord::previousHash));
                        parameters.add(texts(AuditRecord::hash));
                    },
                    records.size());
            statements.update(
                    MOVE_HEAD,
                    parameters -> {
                        parameters.add(head.sequence());
                        parameters.add(head.hash());
                    },
                    1);
        }

        private String[] texts(java.util.function.Function<AuditRecord, String> value) {
            return records.stream().map(value).toArray(String[]::new);
        }
    }
}
