package io.feiqian.messaging;

import io.feiqian.messaging.InboxBook.Change;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Statements;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * The inbox's share of a local commit: {@link InboxBook} with its marks read and written by array
 * statements, locked and proven absent as the outbox's keys are. Thread-safe.
 */
public final class InboxContribution implements Contribution<InboxCommand> {
    private static final int ORDER = 700;

    @Override
    public String name() {
        return "inbox";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public void rows(InboxCommand command, LongConsumer rows) {
        rows.accept(command.key().hashCode());
    }

    /** All are one: the commands of one transaction meet in one book, whoever made them. */
    @Override
    public boolean equals(Object other) {
        return other instanceof InboxContribution;
    }

    @Override
    public int hashCode() {
        return ORDER;
    }

    @Override
    public Batch<InboxCommand> open(CommitContext context) {
        return new InboxBatch(context);
    }

    private static final class InboxBatch implements Batch<InboxCommand> {
        private final InboxBook book;
        private final TreeSet<MessageKey> keys = new TreeSet<>();

        InboxBatch(CommitContext context) {
            this.book = new InboxBook(context);
        }

        @Override
        public void add(InboxCommand command) {
            keys.add(command.key());
        }

        @Override
        public void lock(Statements statements) {
            List<MessageKey> sorted = List.copyOf(keys);
            statements.query(
                    MessagingSql.LOCK_MARKS,
                    parameters -> MessagingSql.keys(parameters, sorted),
                    row -> book.load(MessagingSql.mark(row)));
        }

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(InboxCommand command) {
            return book.check(command);
        }

        @Override
        public Answer apply(InboxCommand command, Answer soFar) {
            return book.apply(command, soFar);
        }

        @Override
        public void write(Statements statements) {
            List<Change> changes = book.changes();
            write(
                    statements,
                    MessagingSql.INSERT_MARKS,
                    changes.stream().filter(Change::inserted).map(Change::row).toList());
            write(
                    statements,
                    MessagingSql.UPDATE_MARKS,
                    changes.stream().filter(each -> !each.inserted()).map(Change::row).toList());
        }

        private static void write(Statements statements, String sql, List<InboxMark> rows) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    sql,
                    parameters -> {
                        MessagingSql.keys(parameters, rows.stream().map(InboxMark::key).toList());
                        parameters.add(rows.stream().mapToLong(InboxMark::mark).toArray());
                        parameters.add(rows.stream().mapToLong(InboxMark::takenAt).toArray());
                        parameters.add(rows.stream().mapToLong(InboxMark::skipped).toArray());
                    },
                    rows.size());
        }
    }
}
