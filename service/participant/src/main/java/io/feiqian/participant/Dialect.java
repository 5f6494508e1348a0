package io.feiqian.participant;

import io.feiqian.participant.DecisionTable.Mark;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What differs between the databases that services keep their rows in. Thread-safe; each method
 * works in the transaction of the connection that it is given.
 */
interface Dialect {
    /**
     * Rows that are deleted by age.
     *
     * @param table where they are
     * @param keys the columns of their key, numbers all
     * @param age the column that holds since when they are finished
     * @param only which of them
     */
    record Cleaning(String table, List<String> keys, String age, String only) {
        /** Copies the names. */
        public Cleaning {
            keys = List.copyOf(keys);
        }

        /** Only what belongs to older trace numbers than those with this head (cleaning). */
        Cleaning datedBelow(long traceHead) {
            return new Cleaning(table, keys, age, only + " and trace_head < " + traceHead);
        }
    }

    /** What is made of the rows that a query finds. */
    @FunctionalInterface
    interface Reading<T> {
        List<T> of(ResultSet rows) throws SQLException;
    }

    /**
     * The dialect of a connection's database.
     *
     * @throws IllegalStateException where it is one that the rules were not shown to hold on
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> new PostgresDialect();
            case "MariaDB", "MySQL" -> MariaDialect.of(connection);
            default ->
                    throw new IllegalStateException(
                            "database: %s (expected: PostgreSQL, MariaDB from 10.6, MySQL from 8.0)"
                                    .formatted(product));
        };
    }

    /** The statements of the tables, in the order in which they are run. */
    List<String> tables();

    /** Milliseconds since 1970 by the database's clock, as an expression. */
    String now();

    /** A statement with that expression wherever it says {@code {now}}. */
    default String timed(String sql) {
        return sql.replace("{now}", now());
    }

    /** Marks where a user's work begins in the open transaction. */
    void beginWork(Connection connection) throws SQLException;

    /**
     * Makes sure that the transaction in which the work began is still the open one: a database may
     * roll it back at an error that the work caught, or commit it at a statement of the work, and
     * go on in a new one.
     *
     * @throws SQLException where it is not; nothing of what follows may be committed
     */
    void endWork(Connection connection) throws SQLException;

    /**
     * The last statement that a transaction writes. Where the database can, its commit comes in the
     * same round trip; the caller commits afterwards in any case.
     */
    String committing(String insert);

    /**
     * A warning that came with such a statement's commit: a copy that is waited for may not have it
     * (unknown-commit). Empty where the database gives no such warnings.
     */
    Optional<SQLWarning> commitWarning(Statement statement) throws SQLException;

    /**
     * Locks branches' rows in the order of the keys (lock-order), each waited for so long at the
     * most; {@link #unbound} lets go of the bound.
     *
     * @param columns what is read of the row {@code b}
     */
    <T> List<T> lockBranches(
            Connection connection,
            String columns,
            Collection<BranchKey> keys,
            long timeoutMillis,
            Reading<T> reading)
            throws SQLException;

    /** Ends the bound that {@link #lockBranches} set; the transaction is over. */
    void unbound(Connection connection) throws SQLException;

    /** Ends branches whose rows are locked; how many. */
    int finishBranches(Connection connection, Collection<BranchKey> keys, BranchState state)
            throws SQLException;

    /** Adds to what is recorded of decisions. */
    void markDecisions(Connection connection, Collection<Mark> marks) throws SQLException;

    /** Deletes rows that are finished for so long; how many. */
    int clean(Connection connection, Cleaning what, long ageMillis, int most) throws SQLException;

    /**
     * Refuses a database whose settings would not keep the rules, with what to change.
     *
     * @throws IllegalStateException with a plain message
     */
    void requireRules(Connection connection) throws SQLException;

    /** How this database keeps prepared transactions. */
    PreparedTransactions prepared();

    /** The text of a resource beside this class. */
    static String resource(String name) {
        try (InputStream text = Dialect.class.getResourceAsStream(name)) {
            if (text == null) {
                throw new IllegalStateException(name + ": absent (expected: in this artifact)");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException torn) {
            throw new UncheckedIOException(torn);
        }
    }
}
