package io.feiqian.simulation.jdbc;

import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a simulated connection, with its parameters and what it came to. */
final class SimulatedStatement {
    /**
     * What a statement came to.
     *
     * @param rows the rows of a query; empty for a change
     * @param count how many rows a change changed
     */
    record Result(List<Cells> rows, int count) {
        static Result of(List<Cells> rows) {
            return new Result(rows, -1);
        }

        static Result changed(int count) {
            return new Result(List.of(), count);
        }
    }

    private final SimulatedConnection connection;
    private final String text;
    private final List<@Nullable Object> parameters = new ArrayList<>();
    private Result result = Result.changed(0);

    SimulatedStatement(SimulatedConnection connection, String text) {
        this.connection = connection;
        this.text = text;
    }

    PreparedStatement prepared() {
        return SimulatedConnection.proxy(PreparedStatement.class, this::invoke);
    }

    Statement plain() {
        return SimulatedConnection.proxy(Statement.class, this::invoke);
    }

    private @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
            throws SQLException {
        String name = method.getName();
        if (name.startsWith("set") && arguments != null && arguments.length == 2) {
            bind(arguments);
            return null;
        }
        return switch (name) {
            case "execute" -> {
                run(arguments);
                yield result.count() < 0;
            }
            case "executeQuery" -> {
                run(arguments);
                yield rows();
            }
            case "executeUpdate" -> {
                run(arguments);
                yield result.count();
            }
            case "getMoreResults" -> true;
            case "getResultSet" -> rows();
            case "getUpdateCount" -> result.count();
            case "getConnection" -> connection.proxy();
            case "getWarnings", "close" -> null;
            case "toString" -> text;
            default -> throw new IllegalStateException("statement: " + name);
        };
    }

    private void bind(@Nullable Object[] arguments) throws SQLException {
        int index = arguments[0] instanceof Integer number ? number : 0;
        while (parameters.size() < index) {
            parameters.add(null);
        }
        Object value = arguments[1];
        parameters.set(index - 1, value instanceof Array array ? array.getArray() : value);
    }

    private void run(@Nullable Object @Nullable [] arguments) throws SQLException {
        String sql =
                arguments == null || arguments.length == 0 ? text : String.valueOf(arguments[0]);
        result = Texts.run(connection, sql, Cells.of(parameters.toArray()));
    }

    private ResultSet rows() {
        int[] at = {-1};
        List<Cells> rows = result.rows();
        return SimulatedConnection.proxy(
                ResultSet.class,
                (proxy, method, arguments) -> {
                    if (method.getName().equals("next")) {
                        return ++at[0] < rows.size();
                    }
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    int column = arguments[0] instanceof Integer number ? number - 1 : -1;
                    Cells row = rows.get(at[0]);
                    return switch (method.getName()) {
                        case "getLong" -> row.number(column);
                        case "getInt" -> (int) row.number(column);
                        case "getBoolean" -> Boolean.TRUE.equals(row.of(column));
                        case "getString" -> row.of(column);
                        case "getObject" -> row.of(column);
                        case "getBytes" ->
                                row.of(column) instanceof byte[] bytes
                                        ? Arrays.copyOf(bytes, bytes.length)
                                        : null;
                        default -> throw new IllegalStateException("row: " + method.getName());
                    };
                });
    }
}
