package io.feiqian.simulation.jdbc;

import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.jdbc.SimulatedStatement.Result;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the simulated database understands. Who changes a statement of the library finds it refused
 * here, by every run.
 *
 * <p>The services of the simulation say {@code sim read|lock|insert|put|delete TABLE}.
 */
final class Texts {
    private Texts() {}

    static Result run(SimulatedConnection on, String sql, Cells with) throws SQLException {
        if (sql.startsWith("sim ")) {
            return plain(on, sql.split(" ", -1), with);
        }
        if (sql.contains("feiqian_branch")) {
            return BranchTexts.run(on, sql, with);
        }
        if (sql.contains("feiqian_decision")) {
            return DecisionTexts.run(on, sql, with);
        }
        if (sql.contains(" prepared '")
                || sql.contains("pg_prepared_xacts")
                || sql.startsWith("prepare transaction")) {
            return PreparedTexts.run(on, sql);
        }
        if (sql.startsWith("select trace_head, trace_serial, ")
                && (sql.endsWith(" from feiqian_suspension")
                        || sql.contains(" from feiqian_proposal where "))) {
            // No operator suspends or settles anything here.
            Object none = on.run(new Statement.Scan("operations", row -> true));
            return found(none);
        }
        if (sql.startsWith("set lock_timeout")) {
            on.lockTimeout(Optional.of(Long.parseLong(sql.substring(sql.indexOf('=') + 2))));
            return Result.changed(0);
        }
        if (sql.equals("reset lock_timeout")) {
            on.lockTimeout(Optional.empty());
            return Result.changed(0);
        }
        if (sql.equals("show max_prepared_transactions") || sql.equals("show lock_timeout")) {
            return Result.of(List.of(Cells.of("64")));
        }
        throw on.unknown(sql);
    }

    private static Result plain(SimulatedConnection on, String[] words, Cells with)
            throws SQLException {
        String table = words[2];
        Object id = with.of(0);
        if (id == null) {
            throw new SQLException("id: null", "23502");
        }
        return switch (words[1]) {
            case "read" -> found(on.run(new Statement.Read(table, List.of(id))));
            case "lock" -> found(on.run(new Statement.ReadForUpdate(table, List.of(id))));
            case "insert" ->
                    count(on.run(new Statement.Insert(table, List.of(row(id, with)), false)));
            case "put" -> count(on.run(new Statement.Update(table, List.of(row(id, with)))));
            case "scan" ->
                    Result.of(
                            scanned(on.run(new Statement.Scan(table, row -> true))).stream()
                                    .map(Cells::of)
                                    .toList());
            case "change" -> count(on.run(new Statement.Change(table, List.of(id), change(with))));
            case "delete" -> count(on.run(new Statement.Delete(table, List.of(id))));
            default -> throw new SQLException("statement: " + words[1], "42601");
        };
    }

    /** The change that a caller hands over as the second parameter. */
    private static Function<Object, Optional<Object>> change(Cells with) throws SQLException {
        if (with.of(1) instanceof UnaryOperator<?> change) {
            return row -> Optional.of(applied(change, row));
        }
        throw new SQLException("change: none", "42601");
    }

    @SuppressWarnings("unchecked")
    private static Object applied(UnaryOperator<?> change, Object row) {
        return ((UnaryOperator<Object>) change).apply(row);
    }

    static Statement.Row row(Object id, Cells with) throws SQLException {
        Object content = with.of(1);
        if (content == null) {
            throw new SQLException("row: null", "23502");
        }
        return new Statement.Row(id, content);
    }

    static List<Object> values(Object read) {
        return read instanceof Map<?, ?> rows ? new ArrayList<>(rows.values()) : List.of();
    }

    static List<Object> scanned(Object read) {
        return read instanceof List<?> rows ? new ArrayList<>(rows) : List.of();
    }

    static Result found(Object read) {
        return Result.of(values(read).stream().map(Cells::of).toList());
    }

    static Result count(Object changed) {
        return Result.changed(changed instanceof Integer number ? number : 0);
    }
}
