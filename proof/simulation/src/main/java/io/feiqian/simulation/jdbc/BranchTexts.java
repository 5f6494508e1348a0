package io.feiqian.simulation.jdbc;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.BranchKind;
import io.feiqian.participant.BranchState;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.jdbc.SimulatedStatement.Result;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The library's statements on {@code feiqian_branch}. */
final class BranchTexts {
    private static final Comparator<BranchLine> LONGEST_OVERDUE =
            Comparator.comparingLong(BranchLine::decideBy)
                    .thenComparingLong(line -> line.key().trace().serial())
                    .thenComparingLong(line -> line.key().trace().head())
                    .thenComparingInt(line -> line.key().attempt())
                    .thenComparingInt(line -> line.key().branch());

    private BranchTexts() {}

    static Result run(SimulatedConnection on, String sql, Cells with) throws SQLException {
        if (sql.startsWith("insert into feiqian_branch")) {
            return insert(on, BranchLine.inserted(with, on.now()), sql.endsWith("; commit"));
        }
        if (sql.startsWith("set local lock_timeout")) {
            on.lockTimeout(
                    Optional.of(Long.parseLong(sql.substring(25, sql.indexOf(';')).strip())));
            return lines(
                    Texts.values(
                            on.run(new Statement.ReadForUpdate(BranchLine.TABLE, keys(with, 0)))));
        }
        if (sql.startsWith("update feiqian_branch b set state")) {
            int state = (int) with.number(0);
            return change(on, keys(with, 1), line -> Optional.of(line.ended(state, on.now())));
        }
        if (sql.startsWith("delete from feiqian_branch")) {
            return clean(on, sql, with);
        }
        if (sql.contains("b.state = 1 and b.decide_by <")) {
            return overdue(on, with);
        }
        if (sql.endsWith("b.attempt = ? and b.branch = ?")) {
            BranchKey key =
                    key(with.number(1), with.number(0), (int) with.number(2), (int) with.number(3));
            return lines(Texts.values(on.run(new Statement.Read(BranchLine.TABLE, List.of(key)))));
        }
        throw on.unknown(sql);
    }

    private static Result insert(SimulatedConnection on, BranchLine line, boolean commit)
            throws SQLException {
        if (isForbidden(on, line)) {
            return Result.changed(1);
        }
        boolean work = commit && line.state() == BranchState.TRIED;
        if (work && on.rules().lack(Rule.RECORDED)) {
            on.commit();
        }
        Object count =
                on.run(
                        new Statement.Insert(
                                BranchLine.TABLE,
                                List.of(new Statement.Row(line.key(), line)),
                                false),
                        commit || on.autoCommits());
        return Texts.count(count);
    }

    /** What a rule that is taken away would have written. */
    private static boolean isForbidden(SimulatedConnection on, BranchLine line) {
        boolean planted = line.kind() == BranchKind.NONE.number();
        boolean mark = line.kind() == BranchKind.MESSAGE.number();
        return (planted && on.rules().lack(Rule.PLANTED_CANCEL))
                || (mark && on.rules().lack(Rule.MESSAGE_MARK));
    }

    private static Result overdue(SimulatedConnection on, Cells with) throws SQLException {
        long before = on.now() - with.number(0);
        int most = (int) with.number(6);
        List<Object> open =
                Texts.scanned(
                        on.run(
                                new Statement.Scan(
                                        BranchLine.TABLE,
                                        row ->
                                                row instanceof BranchLine line
                                                        && line.state() == BranchState.TRIED
                                                        && line.decideBy() < before)));
        List<BranchLine> page =
                open.stream()
                        .map(BranchLine.class::cast)
                        .sorted(LONGEST_OVERDUE)
                        .filter(line -> isBehind(line, with))
                        .limit(most)
                        .toList();
        return lines(new ArrayList<>(page));
    }

    private static boolean isBehind(BranchLine line, Cells with) {
        if (line.decideBy() != with.number(1)) {
            return line.decideBy() > with.number(1);
        }
        TraceNumber trace = line.key().trace();
        if (trace.serial() != with.number(2)) {
            return trace.serial() > with.number(2);
        }
        if (trace.head() != with.number(3)) {
            return trace.head() > with.number(3);
        }
        return line.key().attempt() != with.number(4)
                ? line.key().attempt() > with.number(4)
                : line.key().branch() > with.number(5);
    }

    private static Result clean(SimulatedConnection on, String sql, Cells with)
            throws SQLException {
        boolean confirmed = sql.contains("state = 2");
        boolean early = on.rules().lack(Rule.CLEANING_HORIZON);
        long before = on.now() - (early ? 0 : with.number(0));
        java.util.function.Predicate<BranchLine> old =
                line ->
                        line.finishedAt() != 0
                                && line.finishedAt() < before
                                && (line.state() == BranchState.CONFIRMED) == confirmed;
        List<Object> found =
                Texts.scanned(
                        on.run(
                                new Statement.Scan(
                                        BranchLine.TABLE,
                                        row -> row instanceof BranchLine line && old.test(line)),
                                false));
        if (found.isEmpty()) {
            on.rollback();
            return Result.changed(0);
        }
        List<BranchKey> ids =
                found.stream().map(row -> ((BranchLine) row).key()).limit(with.number(1)).toList();
        return change(on, ids, line -> old.test(line) ? Optional.empty() : Optional.of(line));
    }

    private static Result change(
            SimulatedConnection on,
            List<BranchKey> ids,
            java.util.function.Function<BranchLine, Optional<BranchLine>> change)
            throws SQLException {
        return Texts.count(
                on.run(
                        new Statement.Change(
                                BranchLine.TABLE,
                                ids,
                                row -> change.apply((BranchLine) row).map(Object.class::cast))));
    }

    private static Result lines(List<Object> rows) {
        return Result.of(rows.stream().map(row -> ((BranchLine) row).columns()).toList());
    }

    private static List<BranchKey> keys(Cells with, int first) {
        Object[] heads = array(with, first);
        List<BranchKey> keys = new ArrayList<>();
        for (int i = 0; i < heads.length; i++) {
            keys.add(
                    key(
                            number(heads[i]),
                            number(array(with, first + 1)[i]),
                            (int) number(array(with, first + 2)[i]),
                            (int) number(array(with, first + 3)[i])));
        }
        return keys.stream().sorted().toList();
    }

    private static BranchKey key(long head, long serial, int attempt, int branch) {
        return new BranchKey(new TraceNumber(head, serial), attempt, branch);
    }

    static Object[] array(Cells with, int index) {
        return with.of(index) instanceof Object[] values ? values : new Object[0];
    }

    static long number(Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
