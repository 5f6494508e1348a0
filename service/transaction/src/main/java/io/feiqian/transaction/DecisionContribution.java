package io.feiqian.transaction;

import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.ForeseenEnds;
import io.feiqian.storage.Statements;
import io.feiqian.storage.Statements.Parameters;
import io.feiqian.transaction.DecisionBook.Change;
import io.feiqian.transaction.DecisionCommand.Acknowledge;
import io.feiqian.transaction.DecisionCommand.Mark;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The decisions' share of a local commit: {@link DecisionBook} with rows read and written by array
 * statements. Rows on record are locked in the order of their keys; a row that is not there is
 * proven absent by the insert, which waits for whoever inserts the same key and then fails the
 * commit, so that the works are run again (home-slot: never by a select). Thread-safe.
 */
public final class DecisionContribution implements Contribution<DecisionCommand> {
    private static final int ORDER = 400;

    @Override
    public String name() {
        return "decision";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Batch<DecisionCommand> open(CommitContext context) {
        return new DecisionBatch(context);
    }

    private static final class DecisionBatch implements Batch<DecisionCommand> {
        private final DecisionBook book;
        private final CommitContext context;
        private final List<TraceNumber> keys = new ArrayList<>();
        private final List<Acknowledge> marking = new ArrayList<>();

        /** Each once: what was applied is compared with what was foreseen. */
        private final Set<Acknowledge> marked = new LinkedHashSet<>();

        /** Whether what is not presumed new only acknowledges. */
        private boolean foreseeable = true;

        private final ForeseenEnds<Acknowledge, Boolean> ended = new ForeseenEnds<>();

        DecisionBatch(CommitContext context) {
            this.context = context;
            book = new DecisionBook(context);
        }

        @Override
        public void add(DecisionCommand command) {
            if (book.presumesNew(command)) {
                return;
            }
            keys.addAll(command.traces());
            if (context.presumesNew() && command instanceof Acknowledge acknowledge) {
                marking.add(acknowledge);
            } else {
                foreseeable = false;
            }
        }

        @Override
        public void lock(Statements statements) {
            if (keys.isEmpty()) {
                return;
            }
            if (foreseeable) {
                mark(statements);
                return;
            }
            List<TraceNumber> inOrder = keys.stream().sorted().distinct().toList();
            long[] heads = inOrder.stream().mapToLong(TraceNumber::head).toArray();
            long[] serials = inOrder.stream().mapToLong(TraceNumber::serial).toArray();
            statements.query(
                    TransactionSql.LOCK_DECISIONS,
                    parameters -> {
                        parameters.add(heads);
                        parameters.add(serials);
                    },
                    row -> book.load(TransactionSql.decision(row)));
        }

        /** One statement instead of two, and no rows to be read: most of what a decision costs. */
        private void mark(Statements statements) {
            SortedMap<TraceNumber, List<Mark>> byTrace = new TreeMap<>();
            for (Acknowledge each : marking) {
                ended.add(each, true);
                for (Mark mark : each.marks()) {
                    byTrace.computeIfAbsent(mark.trace(), _ -> new ArrayList<>(1)).add(mark);
                }
            }
            List<Mark> marks = byTrace.values().stream().flatMap(DecisionBatch::merged).toList();
            statements.query(
                    TransactionSql.MARK_DECISIONS,
                    parameters -> {
                        parameters.add(marks.stream().mapToLong(m -> m.trace().head()).toArray());
                        parameters.add(marks.stream().mapToLong(m -> m.trace().serial()).toArray());
                        parameters.add(marks.stream().mapToInt(Mark::attempt).toArray());
                        parameters.add(marks.stream().mapToLong(Mark::digest).toArray());
                        parameters.add(marks.stream().mapToLong(Mark::branches).toArray());
                    },
                    row -> {});
        }

        /** A statement changes a row once: marks of one decision become one. */
        private static Stream<Mark> merged(List<Mark> ofTrace) {
            if (ofTrace.size() == 1) {
                return ofTrace.stream();
            }
            Map<Mark, Long> branches = new LinkedHashMap<>();
            for (Mark each : ofTrace) {
                Mark decision = new Mark(each.trace(), each.attempt(), each.digest(), 0);
                branches.merge(decision, each.branches(), (a, b) -> a | b);
            }
            return branches.entrySet().stream()
                    .map(each ->
                            new Mark(
                                    each.getKey().trace(),
                                    each.getKey().attempt(),
                                    each.getKey().digest(),
                                    each.getValue()));
        }

        @Override
        public void read(Statements statements) {}

        @Override
        public Check check(DecisionCommand command) {
            return book.check(command);
        }

        @Override
        public Answer apply(DecisionCommand command, Answer soFar) {
            if (foreseeable && command instanceof Acknowledge acknowledge) {
                marked.add(acknowledge);
            }
            return book.apply(command, soFar);
        }

        @Override
        public void write(Statements statements) {
            var _ = ended.notYet(List.copyOf(marked), Function.identity(), _ -> true);
            List<Change> changes = book.changes();
            write(statements, rows(changes, Change.Kind.INSERTED), true);
            write(statements, rows(changes, Change.Kind.REPLACED), false);
            acknowledge(statements, rows(changes, Change.Kind.ACKNOWLEDGED));
        }

        private static List<Decision> rows(List<Change> changes, Change.Kind kind) {
            return changes.stream().filter(each -> each.kind() == kind).map(Change::row).toList();
        }

        private static void write(Statements statements, List<Decision> rows, boolean inserted) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    inserted ? TransactionSql.INSERT_DECISIONS : TransactionSql.REPLACE_DECISIONS,
                    parameters -> {
                        keys(parameters, rows);
                        parameters.add(ints(rows, Decision::attempt));
                        parameters.add(ints(rows, row -> row.state().number()));
                        parameters.add(ints(rows, row -> row.initiator().number()));
                        parameters.add(longs(rows, Decision::digest));
                        parameters.add(longs(rows, Decision::decideBy));
                        parameters.add(ints(rows, row -> row.businessDate().number()));
                        parameters.add(
                                rows.stream()
                                        .map(row -> BranchList.write(row.branches()))
                                        .toArray(byte[][]::new));
                        parameters.add(longs(rows, Decision::acknowledged));
                        parameters.add(ints(rows, row -> row.outcome().code().number()));
                        parameters.add(
                                rows.stream()
                                        .map(row -> TransactionSql.message(row.outcome()))
                                        .toArray(String[]::new));
                        parameters.add(
                                rows.stream()
                                        .map(row -> row.content().bytes())
                                        .toArray(byte[][]::new));
                        parameters.add(longs(rows, Decision::finishedAt));
                        if (inserted) {
                            parameters.add(ints(rows, row -> row.trace().home().number()));
                        }
                    },
                    rows.size());
        }

        private static void acknowledge(Statements statements, List<Decision> rows) {
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    TransactionSql.ACKNOWLEDGE_DECISIONS,
                    parameters -> {
                        keys(parameters, rows);
                        parameters.add(longs(rows, Decision::acknowledged));
                        parameters.add(longs(rows, Decision::finishedAt));
                    },
                    rows.size());
        }

        private static void keys(Parameters parameters, List<Decision> rows) throws SQLException {
            parameters.add(longs(rows, row -> row.trace().head()));
            parameters.add(longs(rows, row -> row.trace().serial()));
        }

        private static long[] longs(List<Decision> rows, ToLongFunction<Decision> column) {
            return rows.stream().mapToLong(column).toArray();
        }

        private static int[] ints(List<Decision> rows, ToIntFunction<Decision> column) {
            return rows.stream().mapToInt(column).toArray();
        }
    }
}
