package io.feiqian.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statements that travel to the database together: one execution of one prepared statement that
 * consists of several. The driver prepares each of them on the server once and sends all of them
 * before it waits. Every statement has a snapshot of its own under READ COMMITTED.
 *
 * <p>For one thread and one execution.
 */
final class RoundTrip implements Statements {
    private record Step(String sql, Binder binder, @Nullable RowReader reader, int expectedRows) {}

    private final List<Step> steps = new ArrayList<>();

    @Override
    public void query(String sql, Binder binder, RowReader reader) {
        steps.add(new Step(sql, binder, reader, 0));
    }

    @Override
    public void update(String sql, Binder binder, int expectedRows) {
        steps.add(new Step(sql, binder, null, expectedRows));
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    /** Sends everything and reads every answer. */
    void run(Session session) throws SQLException {
        if (steps.isEmpty()) {
            return;
        }
        PreparedStatement statement = session.prepared(sql());
        Arguments arguments = new Arguments(session.connection(), statement);
        for (Step step : steps) {
            step.binder.bind(arguments);
        }
        boolean rows = statement.execute();
        for (Step step : steps) {
            if (step.reader != null) {
                readRows(statement, rows, step, step.reader);
            } else {
                checkCount(statement, rows, step);
            }
            rows = statement.getMoreResults();
        }
    }

    private String sql() {
        if (steps.size() == 1) {
            return steps.getFirst().sql;
        }
        StringBuilder all = new StringBuilder(2048);
        for (Step step : steps) {
            all.append(step.sql).append(";\n");
        }
        return all.toString();
    }

    private static void readRows(
            PreparedStatement statement, boolean rows, Step step, RowReader reader)
            throws SQLException {
        if (!rows) {
            throw new UnexpectedRowsException(step.sql, statement.getUpdateCount(), 0);
        }
        try (ResultSet result = statement.getResultSet()) {
            while (result.next()) {
                reader.read(result);
            }
        }
    }

    private static void checkCount(PreparedStatement statement, boolean rows, Step step)
            throws SQLException {
        long changed = rows ? -1 : statement.getLargeUpdateCount();
        if (changed != step.expectedRows) {
            throw new UnexpectedRowsException(step.sql, changed, step.expectedRows);
        }
    }

    /** Sets the parameters of all statements one after the other; arrays travel in binary form. */
    private static final class Arguments implements Parameters {
        private final Connection connection;
        private final PreparedStatement statement;
        private int index;

        Arguments(Connection connection, PreparedStatement statement) {
            this.connection = connection;
            this.statement = statement;
        }

        @Override
        public void add(long value) throws SQLException {
            statement.setLong(++index, value);
        }

        @Override
        public void add(String value) throws SQLException {
            statement.setString(++index, value);
        }

        @Override
        public void add(long[] values) throws SQLException {
            addArray("int8", values);
        }

        @Override
        public void add(int[] values) throws SQLException {
            addArray("int4", values);
        }

        @Override
        public void add(String[] values) throws SQLException {
            addArray("text", values);
        }

        @Override
        public void add(byte[][] values) throws SQLException {
            addArray("bytea", values);
        }

        @Override
        public void add(ParameterSetter setter) throws SQLException {
            setter.set(statement, ++index);
        }

        private void addArray(String type, Object values) throws SQLException {
            statement.setArray(
                    ++index,
                    connection
                            .unwrap(org.postgresql.PGConnection.class)
                            .createArrayOf(type, values));
        }
    }
}
