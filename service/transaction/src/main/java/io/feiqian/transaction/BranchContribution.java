package io.feiqian.transaction;

import static java.util.Objects.requireNonNull;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchState;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.ForeseenEnds;
import io.feiqian.storage.Statements;
import io.feiqian.storage.Statements.Parameters;
import io.feiqian.transaction.BranchBook.Change;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
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
        private final SortedMap<BranchKey, BranchState> keys = new TreeMap<>();

        /** Whether all of these are meant to end, and each of them in one way. */
        private boolean foreseeable = true;

        private final ForeseenEnds<BranchKey, BranchState> ended = new ForeseenEnds<>();

        BranchBatch(CommitContext context) {
            book = new BranchBook(context);
        }

        @Override
        public void add(BranchCommand command) {
            if (!book.presumesNew(command)) {
                BranchState result = command.step().result();
                BranchState other = keys.putIfAbsent(command.proposed().key(), result);
                foreseeable &= book.presumesTried(command) && (other == null || other == result);
            }
        }

        @Override
        public void lock(Statements statements) {
            if (keys.isEmpty()) {
                return;
            }
            List<BranchKey> sorted = List.copyOf(keys.keySet());
            if (foreseeable) {
                statements.query(
                        TransactionSql.END_BRANCHES,
                        parameters -> {
                            keys(parameters, sorted);
                            parameters.add(
                                    keys.values().stream().mapToInt(BranchState::number).toArray());
                        },
                        row -> {
                            Branch branch = TransactionSql.branch(row);
                            ended.add(branch.key(), requireNonNull(keys.get(branch.key())));
                            book.load(branch);
                        });
                return;
            }
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
            insert(statements, rows(true));
            finish(statements, ended.notYet(rows(false), Branch::key, Branch::state));
        }

        private List<Branch> rows(boolean inserted) {
            return book.changes().stream()
                    .filter(each -> each.inserted() == inserted)
                    .map(Change::row)
                    .toList();
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
