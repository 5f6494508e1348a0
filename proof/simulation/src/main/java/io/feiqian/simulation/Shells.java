package io.feiqian.simulation;

import io.feiqian.simulation.database.Statement;
import io.feiqian.simulation.database.Statement.Row;
import java.util.ArrayList;
import java.util.List;

/** What the shells of transactions have in common. */
final class Shells {
    private Shells() {}

    /** New rows, whose keys must not exist, then changed ones. */
    static List<Statement> writes(String table, List<Row> inserted, List<Row> updated) {
        List<Statement> writes = new ArrayList<>();
        if (!inserted.isEmpty()) {
            writes.add(new Statement.Insert(table, inserted, false));
        }
        if (!updated.isEmpty()) {
            writes.add(new Statement.Update(table, updated));
        }
        return writes;
    }
}
