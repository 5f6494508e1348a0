package io.feiqian.simulation.jdbc;

import io.feiqian.participant.DecisionState;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.jdbc.SimulatedStatement.Result;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The library's statements on {@code feiqian_decision}. */
final class DecisionTexts {
    private static final Comparator<DecisionLine> OLDEST =
            Comparator.comparingLong(DecisionLine::decidedAt)
                    .thenComparingLong(line -> line.trace().serial())
                    .thenComparingLong(line -> line.trace().head());

    private DecisionTexts() {}

    static Result run(SimulatedConnection on, String sql, Cells with) throws SQLException {
        if (sql.startsWith("insert into feiqian_decision")) {
            return insert(on, DecisionLine.written(with, on.now()), sql.endsWith("; commit"));
        }
        if (sql.startsWith("update feiqian_decision set attempt")) {
            return replace(on, DecisionLine.written(with, on.now()), with.number(11));
        }
        if (sql.startsWith("update feiqian_decision d set acknowledged")) {
            return mark(on, with);
        }
        if (sql.startsWith("delete from feiqian_decision")) {
            return clean(on, sql, with);
        }
        if (sql.contains("d.finished_at is null and d.decided_at <")) {
            return unfinished(on, with);
        }
        List<?> id = List.of(new TraceNumber(with.number(1), with.number(0)));
        if (sql.endsWith("d.trace_head = ? for update")) {
            return lines(Texts.values(on.run(new Statement.ReadForUpdate(DecisionLine.TABLE, id))));
        }
        if (sql.endsWith("d.trace_head = ?")) {
            return lines(Texts.values(on.run(new Statement.Read(DecisionLine.TABLE, id))));
        }
        throw on.unknown(sql);
    }

    private static Result insert(SimulatedConnection on, DecisionLine line, boolean commit)
            throws SQLException {
        if (isForbidden(on, line)) {
            return Result.changed(1);
        }
        return Texts.count(
                on.run(
                        new Statement.Insert(
                                DecisionLine.TABLE,
                                List.of(new Statement.Row(line.trace(), line)),
                                false),
                        commit || on.autoCommits()));
    }

    /** The void row that a rule wants and that is taken away with it. */
    private static boolean isForbidden(SimulatedConnection on, DecisionLine line) {
        if (line.state() != DecisionState.ABORTED) {
            return false;
        }
        return line.branches().isEmpty()
                ? on.rules().lack(Rule.PLANTED_DECISION)
                : on.rules().lack(Rule.VOID_FIRST);
    }

    private static Result replace(SimulatedConnection on, DecisionLine line, long below)
            throws SQLException {
        return change(
                on,
                List.of(line.trace()),
                there ->
                        Optional.of(
                                there.state() == DecisionState.ABORTED && there.attempt() < below
                                        ? line
                                        : there));
    }

    private static Result mark(SimulatedConnection on, Cells with) throws SQLException {
        Object[] heads = BranchTexts.array(with, 0);
        Map<TraceNumber, Function<DecisionLine, DecisionLine>> marks = new HashMap<>();
        List<TraceNumber> ids = new ArrayList<>();
        for (int i = 0; i < heads.length; i++) {
            TraceNumber trace =
                    new TraceNumber(
                            BranchTexts.number(heads[i]),
                            BranchTexts.number(BranchTexts.array(with, 1)[i]));
            long attempt = BranchTexts.number(BranchTexts.array(with, 2)[i]);
            long more = BranchTexts.number(BranchTexts.array(with, 3)[i]);
            boolean all =
                    Boolean.TRUE.equals(BranchTexts.array(with, 4)[i])
                            || on.rules().lack(Rule.END_MARK);
            ids.add(trace);
            marks.put(
                    trace,
                    there ->
                            there.attempt() == attempt && there.finishedAt() == 0
                                    ? there.marked(more, all, on.now())
                                    : there);
        }
        return change(
                on,
                ids,
                there ->
                        Optional.of(
                                marks.getOrDefault(there.trace(), Function.identity())
                                        .apply(there)));
    }

    private static Result unfinished(SimulatedConnection on, Cells with) throws SQLException {
        long before = on.now() - with.number(0);
        Predicate<DecisionLine> open = line -> line.finishedAt() == 0 && line.decidedAt() < before;
        List<DecisionLine> page =
                scan(on, open, on.autoCommits()).stream()
                        .sorted(OLDEST)
                        .filter(line -> isBehind(line, with))
                        .limit(with.number(4))
                        .toList();
        return lines(new ArrayList<>(page));
    }

    private static boolean isBehind(DecisionLine line, Cells with) {
        if (line.decidedAt() != with.number(1)) {
            return line.decidedAt() > with.number(1);
        }
        return line.trace().serial() != with.number(2)
                ? line.trace().serial() > with.number(2)
                : line.trace().head() > with.number(3);
    }

    private static Result clean(SimulatedConnection on, String sql, Cells with)
            throws SQLException {
        boolean decided = sql.contains("state in (1, 3)");
        boolean early = on.rules().lack(Rule.CLEANING_HORIZON);
        long before = on.now() - (early ? 0 : with.number(0));
        Predicate<DecisionLine> old =
                line ->
                        line.finishedAt() != 0
                                && line.finishedAt() < before
                                && (line.state() != DecisionState.ABORTED) == decided;
        List<DecisionLine> found = scan(on, old, false);
        if (found.isEmpty()) {
            on.rollback();
            return Result.changed(0);
        }
        List<TraceNumber> ids =
                found.stream().map(DecisionLine::trace).limit(with.number(1)).toList();
        return change(on, ids, line -> old.test(line) ? Optional.empty() : Optional.of(line));
    }

    private static List<DecisionLine> scan(
            SimulatedConnection on, Predicate<DecisionLine> where, boolean commit)
            throws SQLException {
        Object found =
                on.run(
                        new Statement.Scan(
                                DecisionLine.TABLE,
                                row -> row instanceof DecisionLine line && where.test(line)),
                        commit);
        return Texts.scanned(found).stream().map(DecisionLine.class::cast).toList();
    }

    private static Result change(
            SimulatedConnection on,
            List<TraceNumber> ids,
            Function<DecisionLine, Optional<DecisionLine>> change)
            throws SQLException {
        return Texts.count(
                on.run(
                        new Statement.Change(
                                DecisionLine.TABLE,
                                ids,
                                row -> change.apply((DecisionLine) row).map(Object.class::cast))));
    }

    private static Result lines(List<Object> rows) {
        return Result.of(rows.stream().map(row -> ((DecisionLine) row).selected()).toList());
    }
}
