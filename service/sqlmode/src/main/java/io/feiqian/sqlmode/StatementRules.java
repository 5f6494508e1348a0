package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.SqlModeException.notUndoable;

import io.feiqian.vocabulary.OutcomeCode;
import java.util.List;
import java.util.Optional;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.delete.Delete;
import net.sf.jsqlparser.statement.insert.ConflictActionType;
import net.sf.jsqlparser.statement.insert.Insert;
import net.sf.jsqlparser.statement.select.ForMode;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.Select;
import net.sf.jsqlparser.statement.select.Values;
import net.sf.jsqlparser.statement.update.Update;

/**
 * Which statements may run in a branch: those that read, and those that change rows of one enrolled
 * table. Everything else is refused before it runs, with what to use instead.
 */
final class StatementRules {
    private final TableCatalog catalog;
    private final Delta delta;

    StatementRules(TableCatalog catalog) {
        this.catalog = catalog;
        this.delta = new Delta(catalog.dialect());
    }

    CheckedStatement check(String sql) throws SqlModeException {
        catalog.dialect().refuseAmbiguous(sql);
        StatementParts parts = StatementParts.of(sql);
        Statement statement = parse(sql);
        if (parts.writes() > (statement instanceof Select ? 0 : 1)) {
            throw notUndoable(
                    "statement: writes inside a query (expected: INSERT, UPDATE or DELETE as a"
                            + " statement of its own)");
        }
        for (String function : parts.calls()) {
            if (catalog.hasSideEffects(function)) {
                throw notUndoable(
                        "function: "
                                + function
                                + " (expected: one without side effects, declared STABLE or"
                                + " IMMUTABLE; what it does otherwise cannot be undone)");
            }
        }
        if (statement instanceof Select select) {
            return select(sql, select, parts);
        }
        if (parts.queries() > 0) {
            throw notUndoable(
                    "statement: a query inside a write (expected: SELECT ... FOR UPDATE first, then"
                            + " the values as parameters)");
        }
        if (statement instanceof Update update) {
            return update(sql, update);
        }
        if (statement instanceof Delete delete) {
            return delete(sql, delete);
        }
        if (statement instanceof Insert insert) {
            return insert(sql, insert);
        }
        throw notUndoable(
                "statement: "
                        + statement.getClass().getSimpleName()
                        + " (expected: SELECT, INSERT, UPDATE or DELETE; transactions and settings"
                        + " are the branch's, schema changes are made outside)");
    }

    private static Statement parse(String sql) throws SqlModeException {
        List<Statement> statements;
        try {
            statements = CCJSqlParserUtil.parseStatements(sql);
        } catch (JSQLParserException unread) {
            throw unreadable(firstLine(unread), unread);
        }
        if (statements.size() != 1) {
            throw notUndoable("statements in one text: " + statements.size() + " (expected: 1)");
        }
        return statements.get(0);
    }

    private static SqlModeException unreadable(String why, Throwable cause) {
        return new SqlModeException(
                OutcomeCode.SQL_NOT_UNDOABLE,
                "statement: cannot be read (%s) (expected: SELECT, INSERT, UPDATE or DELETE)"
                        .formatted(why),
                "0A000",
                cause);
    }

    private static String firstLine(Exception thrown) {
        return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("no reason given");
    }

    private CheckedStatement select(String sql, Select select, StatementParts parts)
            throws SqlModeException {
        if (parts.into()) {
            throw notUndoable("select into: makes a table (expected: SELECT without INTO)");
        }
        if (!parts.locks()) {
            return new CheckedStatement(sql, true);
        }
        if (!(select instanceof PlainSelect plain) || plain.getForMode() == null) {
            throw notUndoable(
                    "for update: inside a query (expected: at the end of a SELECT from one table)");
        }
        ForMode mode = plain.getForMode();
        if (mode != ForMode.UPDATE && mode != ForMode.NO_KEY_UPDATE) {
            throw notUndoable(
                    "for "
                            + mode.getValue()
                            + ": not kept until the decision (expected: FOR UPDATE)");
        }
        if (parts.queries() > 1
                || !(plain.getFromItem() instanceof Table table)
                || plain.getJoins() != null) {
            throw notUndoable(
                    "for update: over several tables (expected: SELECT ... FOR UPDATE from one)");
        }
        return new CheckedStatement(
                LockingRead.rewrite(plain, table, enrolled(table), catalog.dialect()), true);
    }

    private CheckedStatement update(String sql, Update update) throws SqlModeException {
        if (update.getFromItem() != null
                || update.getJoins() != null
                || update.getStartJoins() != null) {
            throw notUndoable(
                    "update: joins another table (expected: SELECT ... FOR UPDATE first, then"
                            + " UPDATE by primary key)");
        }
        refuseIgnore(update.isModifierIgnore());
        enrolled(update.getTable());
        return new CheckedStatement(sql, !delta.all(update.getUpdateSets()));
    }

    private CheckedStatement delete(String sql, Delete delete) throws SqlModeException {
        boolean others =
                delete.getUsingFromItemList() != null && !delete.getUsingFromItemList().isEmpty();
        boolean several = delete.getTables() != null && !delete.getTables().isEmpty();
        if (others || several || delete.getJoins() != null) {
            throw notUndoable(
                    "delete: joins another table (expected: SELECT ... FOR UPDATE first, then"
                            + " DELETE by primary key)");
        }
        refuseIgnore(delete.isModifierIgnore());
        enrolled(delete.getTable());
        return new CheckedStatement(sql, true);
    }

    /** A row that was left as it is, since a key was taken, is captured as if it were changed. */
    private static void refuseIgnore(boolean ignore) throws SqlModeException {
        if (ignore) {
            throw notUndoable(
                    "ignore: rows that cannot be changed are passed over (expected: without"
                            + " IGNORE)");
        }
    }

    private CheckedStatement insert(String sql, Insert insert) throws SqlModeException {
        if (insert.getSelect() != null && !(insert.getSelect() instanceof Values)) {
            throw notUndoable(
                    "insert: takes its rows from a query (expected: SELECT ... FOR UPDATE first,"
                            + " then INSERT ... VALUES)");
        }
        enrolled(insert.getTable());
        boolean deltas = true;
        if (insert.getConflictAction() != null
                && insert.getConflictAction().getConflictActionType()
                        != ConflictActionType.DO_NOTHING) {
            deltas = delta.all(insert.getConflictAction().getUpdateSets());
        }
        if (insert.getDuplicateUpdateSets() != null) {
            deltas = delta.all(insert.getDuplicateUpdateSets());
        }
        return new CheckedStatement(sql, !deltas);
    }

    private EnrolledTable enrolled(Table table) throws SqlModeException {
        if (table.getNameParts().size() > 2) {
            throw notUndoable("table: " + table + " (expected: name or schema.name)");
        }
        EnrolledTable enrolled =
                catalog.find(
                                Optional.ofNullable(table.getSchemaName())
                                        .map(catalog.dialect()::stored),
                                catalog.dialect().stored(table.getName()))
                        .orElseThrow(() ->
                                notUndoable(
                                        "table: "
                                                + table.getFullyQualifiedName()
                                                + " (expected: enrolled by SqlMode.enrol, to"
                                                + " be written or locked in a branch)"));
        if (!enrolled.current()) {
            throw notUndoable(
                    "table: "
                            + table.getFullyQualifiedName()
                            + " changed since it was enrolled (expected: enrolled again)");
        }
        return enrolled;
    }
}
