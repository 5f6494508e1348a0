package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.SqlModeException.notUndoable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.select.AllColumns;
import net.sf.jsqlparser.statement.select.OrderByElement;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.SelectItem;

/**
 * A SELECT ... FOR UPDATE that also takes the branch's locks, in the same round trip: the rows are
 * found and locked as they were asked for, and each passes a condition that takes its lock.
 */
final class LockingRead {
    private LockingRead() {}

    static String rewrite(PlainSelect select, Table table, EnrolledTable enrolled, Dialect dialect)
            throws SqlModeException {
        if (select.getDistinct() != null
                || select.getGroupBy() != null
                || select.getHaving() != null
                || select.getWithItemsList() != null) {
            throw notUndoable(
                    "for update: over grouped rows (expected: SELECT ... FOR UPDATE of the rows"
                            + " themselves)");
        }
        String alias = table.getAlias() == null ? table.getName() : table.getAlias().getName();
        List<SelectItem<?>> items = List.copyOf(select.getSelectItems());
        if (select.getOrderByElements() != null) {
            for (OrderByElement each : select.getOrderByElements()) {
                each.setExpression(ordered(each.getExpression(), items));
            }
        }
        List<SelectItem<?>> all = new ArrayList<>();
        all.add(new SelectItem<>(new AllColumns()));
        select.setSelectItems(all);
        // Keeps the condition from being evaluated inside, before the rows are locked.
        dialect.keepTogether(select);
        return "SELECT %s FROM (%s) AS %s WHERE %s"
                .formatted(
                        items.stream().map(Object::toString).collect(Collectors.joining(", ")),
                        select,
                        alias,
                        dialect.hold(enrolled, alias));
    }

    /** An ordinal or a name of the list of items means that item. */
    private static Expression ordered(Expression by, List<SelectItem<?>> items)
            throws SqlModeException {
        if (by instanceof LongValue ordinal) {
            int place = (int) ordinal.getValue();
            if (place < 1 || place > items.size() || isStar(items)) {
                throw notUndoable("order by " + place + " (expected: a column, with FOR UPDATE)");
            }
            return items.get(place - 1).getExpression();
        }
        if (by instanceof Column column && column.getTable() == null) {
            for (SelectItem<?> item : items) {
                if (item.getAlias() != null
                        && item.getAlias().getName().equalsIgnoreCase(column.getColumnName())) {
                    return item.getExpression();
                }
            }
        }
        return by;
    }

    private static boolean isStar(List<SelectItem<?>> items) {
        return items.stream().anyMatch(each -> each.getExpression() instanceof AllColumns);
    }
}
