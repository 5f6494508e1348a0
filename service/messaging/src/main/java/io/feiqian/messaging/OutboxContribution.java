package io.feiqian.messaging;

import io.feiqian.messaging.OutboxBook.Changes;
import io.feiqian.messaging.OutboxBook.Finished;
import io.feiqian.messaging.OutboxBook.Identity;
import io.feiqian.messaging.OutboxBook.Known;
import io.feiqian.messaging.OutboxCommand.Sent;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Statements;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * The outbox's share of a local commit: {@link OutboxBook} with rows read and written by array
 * statements. The rows of keys are locked in order; one that is not there is proven absent by its
 * insert, which fails where another came first, so that the works are run again. Thread-safe.
 */
public final class OutboxContribution implements Contribution<OutboxCommand> {
    private static final int ORDER = 600;

    @Override
    public String name() {
        return "outbox";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public void rows(OutboxCommand command, LongConsumer rows) {
        rows.accept(command.key().hashCode());
    }

    /** All are one: the commands of one transaction meet in one book, whoever made them. */
    @Override
    public boolean equals(Object other) {
        return other instanceof OutboxContribution;
    }

    @Override
    public int hashCode() {
        return ORDER;
    }

    @Override
    public Batch<OutboxCommand> open(CommitContext context) {
        return new OutboxBatch(context);
    }

    private static final class OutboxBatch implements Batch<OutboxCommand> {
        private final CommitContext context;
        private final OutboxBook book;
        private final TreeSet<MessageKey> keys = new TreeSet<>();
        private final List<Message> messages = new ArrayList<>();

        OutboxBatch(CommitContext context) {
            this.context = context;
            this.book = new OutboxBook(context);
        }

        @Override
        public void add(OutboxCommand command) {
            keys.add(command.key());
            if (command instanceof OutboxCommand.Send send) {
                messages.add(send.message());
            }
        }

        @Override
        public void lock(Statements statements) {
            List<MessageKey> sorted = List.copyOf(keys);
            statements.query(
                    MessagingSql.LOCK_KEYS,
                    parameters -> MessagingSql.keys(parameters, sorted),
                    row -> book.load(MessagingSql.outboxKey(row)));
        }

        @Override
        public void read(Statements statements) {
            if (messages.isEmpty()) {
                return;
            }
            statements.query(
                    MessagingSql.KNOWN_MESSAGES,
                    parameters -> {
                        parameters.add(
                                messages.stream().mapToLong(it -> it.trace().head()).toArray());
                        parameters.add(
                                messages.stream().mapToLong(it -> it.trace().serial()).toArray());
                        parameters.add(
                                messages.stream().mapToInt(it -> it.sub().number()).toArray());
                    },
                    row ->
                            book.load(
                                    new Known(
                                            new Identity(
                                                    new TraceNumber(row.getLong(1), row.getLong(2)),
                                                    new SubNumber(row.getInt(3))),
                                            row.getLong(4),
                                            new Sent(MessagingSql.key(row, 5), row.getLong(10)))));
        }

        @Override
        public Check check(OutboxCommand command) {
            return book.check(command);
        }

        @Override
        public Answer apply(OutboxCommand command, Answer soFar) {
            return book.apply(command, soFar);
        }

        @Override
        public void write(Statements statements) {
            Changes changes = book.changes();
            write(statements, MessagingSql.INSERT_KEYS, changes.inserted());
            write(statements, MessagingSql.UPDATE_KEYS, changes.updated());
            insert(statements, changes.sent());
            finish(statements, changes.finished());
        }

        private static void write(Statements statements, String sql, List<OutboxKey> rows) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    sql,
                    parameters -> {
                        MessagingSql.keys(parameters, rows.stream().map(OutboxKey::key).toList());
                        parameters.add(longs(rows, OutboxKey::last));
                        parameters.add(longs(rows, OutboxKey::done));
                        parameters.add(ints(rows, OutboxKey::lastReplay));
                        parameters.add(ints(rows, row -> row.state().number()));
                        parameters.add(ints(rows, OutboxKey::attempts));
                        parameters.add(ints(rows, row -> row.said().code().number()));
                        parameters.add(
                                rows.stream()
                                        .map(row -> MessagingSql.said(row.said()))
                                        .toArray(String[]::new));
                        parameters.add(longs(rows, OutboxKey::dueAt));
                    },
                    rows.size());
        }

        private static void insert(Statements statements, List<OutboxRow> rows) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    MessagingSql.INSERT_MESSAGES,
                    parameters -> {
                        MessagingSql.keys(parameters, rows.stream().map(OutboxRow::key).toList());
                        parameters.add(longs(rows, OutboxRow::position));
                        parameters.add(longs(rows, row -> row.trace().head()));
                        parameters.add(longs(rows, row -> row.trace().serial()));
                        parameters.add(ints(rows, row -> row.sub().number()));
                        parameters.add(longs(rows, OutboxRow::digest));
                        parameters.add(
                                rows.stream()
                                        .map(row -> row.payload().bytes())
                                        .toArray(byte[][]::new));
                        parameters.add(longs(rows, OutboxRow::dueAt));
                        parameters.add(longs(rows, OutboxRow::createdAt));
                        parameters.add(longs(rows, OutboxRow::original));
                        parameters.add(
                                rows.stream()
                                        .map(row -> row.label().isEmpty() ? null : row.label())
                                        .toArray(String[]::new));
                    },
                    rows.size());
        }

        private void finish(Statements statements, List<Finished> ranges) {
            if (ranges.isEmpty()) {
                return;
            }
            statements.update(
                    MessagingSql.FINISH_MESSAGES,
                    parameters -> {
                        parameters.add(context.databaseMillis());
                        MessagingSql.keys(parameters, ranges.stream().map(Finished::key).toList());
                        parameters.add(longs(ranges, Finished::from));
                        parameters.add(longs(ranges, Finished::to));
                        parameters.add(ints(ranges, range -> range.state().number()));
                    },
                    ranges.stream().mapToInt(Finished::count).sum());
        }

        private static <T> long[] longs(List<T> rows, ToLongFunction<T> column) {
            return rows.stream().mapToLong(column).toArray();
        }

        private static <T> int[] ints(List<T> rows, ToIntFunction<T> column) {
            return rows.stream().mapToInt(column).toArray();
        }
    }
}
