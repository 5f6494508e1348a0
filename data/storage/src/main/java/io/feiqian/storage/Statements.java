package io.feiqian.storage;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The statements of one round trip, in order. Every statement's SQL is a constant text with {@code
 * ?} for its parameters, so that the database prepares each combination once.
 */
public interface Statements {
    /** Adds a statement that answers rows. */
    void query(String sql, Binder binder, RowReader reader);

    /**
     * Adds a statement that changes rows; the transaction is rolled back when it changes another
     * number of rows than {@code expectedRows} (duplicate-after-lock).
     */
    void update(String sql, Binder binder, int expectedRows);

    /** Sets the parameters of one statement. */
    @FunctionalInterface
    interface Binder {
        /** Sets this statement's parameters by {@code parameters}, in order. */
        void bind(Parameters parameters) throws SQLException;
    }

    /** Reads one row. */
    @FunctionalInterface
    interface RowReader {
        /** Called once per row, in order. */
        void read(ResultSet row) throws SQLException;
    }

    /** The parameters of one statement inside the round trip's prepared statement. */
    interface Parameters {
        /** The next parameter: a number. */
        void add(long value) throws SQLException;

        /** The next parameter: a text. */
        void add(String value) throws SQLException;

        /** The next parameter: an array of {@code bigint}. */
        void add(long[] values) throws SQLException;

        /** The next parameter: an array of {@code integer}. */
        void add(int[] values) throws SQLException;

        /** The next parameter: an array of {@code text}; elements may be null. */
        void add(String[] values) throws SQLException;

        /** The next parameter: an array of {@code bytea}. */
        void add(byte[][] values) throws SQLException;

        /** The next parameter by the statement's own index, for what the above do not cover. */
        void add(ParameterSetter setter) throws SQLException;
    }

    /** Sets one parameter in JDBC's own terms. */
    @FunctionalInterface
    interface ParameterSetter {
        /** Sets parameter {@code index}. */
        void set(PreparedStatement statement, int index) throws SQLException;
    }
}
