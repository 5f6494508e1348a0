package io.feiqian.sqlmode;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import net.sf.jsqlparser.expression.BinaryExpression;
import net.sf.jsqlparser.expression.CastExpression;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.expression.JdbcParameter;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import net.sf.jsqlparser.expression.TimeKeyExpression;
import net.sf.jsqlparser.expression.operators.arithmetic.Addition;
import net.sf.jsqlparser.expression.operators.arithmetic.Concat;
import net.sf.jsqlparser.expression.operators.arithmetic.Division;
import net.sf.jsqlparser.expression.operators.arithmetic.Multiplication;
import net.sf.jsqlparser.expression.operators.arithmetic.Subtraction;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.statement.update.UpdateSet;

/**
 * Whether a change is a delta: every new value is computed from the row's own value at that moment,
 * under its lock, so that nothing stale can overwrite it. A new value by the database's clock is
 * nothing that was read either.
 */
final class Delta {
    private static final Set<String> CLOCK =
            Set.of(
                    "now",
                    "current_timestamp",
                    "localtimestamp",
                    "current_date",
                    "curdate",
                    "sysdate",
                    "utc_timestamp",
                    "statement_timestamp",
                    "transaction_timestamp",
                    "clock_timestamp");

    private final Dialect dialect;

    Delta(Dialect dialect) {
        this.dialect = dialect;
    }

    boolean all(Collection<UpdateSet> sets) {
        for (UpdateSet set : sets) {
            List<? extends Expression> values = set.getValues();
            if (values.size() != set.getColumns().size()) {
                return false;
            }
            for (Expression value : values) {
                boolean delta = isArithmetic(value) && mentionsRow(value);
                if (!delta && !isClock(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isClock(Expression value) {
        if (value instanceof Function function) {
            return CLOCK.contains(function.getName().toLowerCase(Locale.ROOT))
                    && (function.getParameters() == null || isPrecision(function));
        }
        return value instanceof TimeKeyExpression
                || (value instanceof Column column
                        && column.getTable() == null
                        && CLOCK.contains(column.getColumnName().toLowerCase(Locale.ROOT)));
    }

    private static boolean isPrecision(Function function) {
        return function.getParameters().size() == 1
                && function.getParameters().get(0) instanceof LongValue;
    }

    /** Other functions and cases are not: {@code coalesce(?, x)} writes what was read elsewhere. */
    private boolean isArithmetic(Expression value) {
        if (value instanceof Addition
                || value instanceof Subtraction
                || value instanceof Multiplication
                || value instanceof Division
                || value instanceof Concat) {
            BinaryExpression both = (BinaryExpression) value;
            return isArithmetic(both.getLeftExpression())
                    && isArithmetic(both.getRightExpression());
        }
        if (value instanceof ParenthesedExpressionList<?> list) {
            return list.size() == 1 && isArithmetic(list.get(0));
        }
        if (value instanceof SignedExpression signed) {
            return isArithmetic(signed.getExpression());
        }
        if (value instanceof CastExpression cast) {
            return isArithmetic(cast.getLeftExpression());
        }
        if (value instanceof Function function) {
            String name = function.getName().toLowerCase(Locale.ROOT);
            return dialect.isProposed(name)
                    || (dialect.isArithmetic(name)
                            && parameters(function).stream().allMatch(this::isArithmetic));
        }
        return value instanceof Column
                || value instanceof JdbcParameter
                || value instanceof LongValue
                || value instanceof DoubleValue
                || value instanceof StringValue;
    }

    private boolean mentionsRow(Expression value) {
        if (value instanceof BinaryExpression both) {
            return mentionsRow(both.getLeftExpression()) || mentionsRow(both.getRightExpression());
        }
        if (value instanceof ParenthesedExpressionList<?> list) {
            return mentionsRow(list.get(0));
        }
        if (value instanceof SignedExpression signed) {
            return mentionsRow(signed.getExpression());
        }
        if (value instanceof CastExpression cast) {
            return mentionsRow(cast.getLeftExpression());
        }
        if (value instanceof Function function) {
            return dialect.isArithmetic(function.getName().toLowerCase(Locale.ROOT))
                    && parameters(function).stream().anyMatch(this::mentionsRow);
        }
        return value instanceof Column column && !isProposed(column);
    }

    private static List<? extends Expression> parameters(Function function) {
        return function.getParameters() == null ? List.of() : function.getParameters();
    }

    /** The row that an upsert proposes is not the row that is there. */
    private static boolean isProposed(Column column) {
        return column.getTable() != null
                && "excluded".equalsIgnoreCase(column.getTable().getName());
    }
}
