package io.feiqian.transaction;

import io.feiqian.participant.BranchKey;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Statements;
import io.feiqian.storage.Statements.Parameters;
import io.feiqian.transaction.BranchBook.Change;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * The branches' share of a local commit: {@link BranchBook} with rows read and written by array
 * statements, locked and proven absent as decisions are. Thread-safe.
 */
public final class BranchContribution implements Contribution<BranchCommand> {
    private static final int ORDER = 500;

    @Override
    public String name() {
        return "branch";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Batch<BranchCommand> open(CommitContext context) {
        return new BranchBatch(context);
    }

    private static final class BranchBatch implements Batch<BranchCommand> {
        private final BranchBook book;
        private final TreeSet<BranchKey> keys = new TreeSet<>();

        BranchBatch(CommitContext context) {
            book = new BranchBook(context);
        }

        @Override
        public void add(BranchCommand command) {
            if (!book.presumesNew(command)) {
                keys.add(command.proposed().key());
            }
        }

        @Override
        public void lock(Statements statements) {
            if (keys.isEmpty()) {
                return;
            }
            List<BranchKey> sorted = List.copyOf(keys);
            statements.query(
                    TransactionSql.LOCK_BRANCHES,
                    parameters -> keys(parameters, sorted),
                    row -> book.load(TransactionSql.branch(row)));
        }

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(BranchCommand command) {
            return book.check(command);
        }

        @Override
        public Answer apply(BranchCommand command, Answer soFar) {
            return book.apply(command, soFar);
        }

        @Override
        public void write(Statements statements) {
            List<Change> changes = book.changes();
            insert(statements, changes.stream().filter(Change::inserted).map(Change::row).toList());
            finish(
                    statements,
                    changes.stream().filter(each -> !each.inserted()).map(Change::row).toList());
        }

        private static void insert(Statements statements, List<Branch> rows) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    TransactionSql.INSERT_BRANCHES,
                    parameters -> {
                        keys(parameters, rows.stream().map(Branch::key).toList());
                        parameters.add(ints(rows, row -> row.state().number()));
                        parameters.add(ints(rows, row -> row.slot().number()));
                        parameters.add(ints(rows, row -> row.initiator().number()));
                        parameters.add(longs(rows, Branch::transactionDigest));
                        parameters.add(longs(rows, Branch::digest));
                        parameters.add(rows.stream().map(Branch::service).toArray(String[]::new));
                        parameters.add(
                                rows.stream()
                                        .map(row -> row.content().bytes())
                                        .toArray(byte[][]::new));
                        parameters.add(longs(rows, Branch::decideBy));
                        parameters.add(ints(rows, row -> row.businessDate().number()));
                        parameters.add(ints(rows, row -> row.outcome().code().number()));
                        parameters.add(
                                rows.stream()
                                        .map(row -> TransactionSql.message(row.outcome()))
                                        .toArray(String[]::new));
                        parameters.add(longs(rows, Branch::finishedAt));
                    },
                    rows.size());
        }

        private static void finish(Statements statements, List<Branch> rows) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    TransactionSql.FINISH_BRANCHES,
                    parameters -> {
                        keys(parameters, rows.stream().map(Branch::key).toList());
                        parameters.add(ints(rows, row -> row.state().number()));
                        parameters.add(longs(rows, Branch::finishedAt));
                    },
                    rows.size());
        }

        private static void keys(Parameters parameters, List<BranchKey> keys) throws SQLException {
            parameters.add(keys.stream().mapToLong(key -> key.trace().head()).toArray());
            parameters.add(keys.stream().mapToLong(key -> key.trace().serial()).toArray());
            parameters.add(keys.stream().mapToInt(BranchKey::attempt).toArray());
            parameters.add(keys.stream().mapToInt(BranchKey::branch).toArray());
        }

        private static long[] longs(List<Branch> rows, ToLongFunction<Branch> column) {
            return rows.stream().mapToLong(column).toArray();
        }

        private static int[] ints(List<Branch> rows, ToIntFunction<Branch> column) {
            return rows.stream().mapToInt(column).toArray();
        }
    }
}
