package io.feiqian.simulation.jdbc;

import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.jdbc.SimulatedStatement.Result;
import java.sql.SQLException;

/** The library's statements on prepared transactions. */
final class PreparedTexts {
    private PreparedTexts() {}

    static Result run(SimulatedConnection on, String sql) throws SQLException {
        if (sql.contains("from pg_prepared_xacts")) {
            return Result.of(
                    Texts.scanned(on.run(new Statement.ListPrepared())).stream()
                            .map(Cells::of)
                            .toList());
        }
        String id = sql.substring(sql.indexOf('\'') + 1, sql.length() - 1);
        if (sql.startsWith("prepare transaction '")) {
            return Texts.count(on.run(new Statement.Prepare(id)));
        }
        if (sql.startsWith("commit prepared '")) {
            return end(on, new Statement.EndPrepared(id, true));
        }
        if (sql.startsWith("rollback prepared '")) {
            return end(on, new Statement.EndPrepared(id, false));
        }
        throw on.unknown(sql);
    }

    private static Result end(SimulatedConnection on, Statement.EndPrepared end)
            throws SQLException {
        return Texts.count(on.run(end, false));
    }
}
