package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Prepares a participant's database for SQL mode. Each method works in the connection's open
 * transaction, which the caller commits, and can be repeated.
 */
public final class SqlMode {
    private SqlMode() {}

    /** Creates the tables of images and locks, and what works on them, in the current schema. */
    public static void install(Connection connection) throws SQLException {
        Dialect.of(connection).install(connection);
    }

    /**
     * Enrols a table: from now on its changes inside a branch are captured and locked, and every
     * other writer of a locked row is refused (sql-locks). Enrolled again after its columns, unique
     * keys, references or triggers changed. Every {@link TableCatalog} is loaded again afterwards.
     *
     * @throws SqlModeException {@code SQL_NOT_UNDOABLE} for a table whose changes cannot be undone:
     *     without a primary key, with undeclared triggers, with cascades, and others; the message
     *     says what it is
     */
    public static void enrol(Connection connection, String table) throws SQLException {
        enrol(connection, table, Set.of());
    }

    /**
     * Enrols a table whose own triggers are declared: they do nothing that an undo of the row would
     * have to undo elsewhere. A trigger that changes what an undo restores stops the undo.
     */
    public static void enrol(Connection connection, String table, Set<String> declaredTriggers)
            throws SQLException {
        Dialect.of(connection).enrol(connection, table, declaredTriggers);
    }

    /**
     * Ends a table's enrolment.
     *
     * @throws SqlModeException where unfinished branches have images of its rows
     */
    public static void withdraw(Connection connection, String table) throws SQLException {
        Dialect.of(connection).withdraw(connection, table);
    }

    /**
     * The SQL expressions, with a parameter for each of {@link #announcementValues}, that tell the
     * database whose the transaction's writes are. For a caller who inserts a row of its own first:
     * {@code insert ... returning <expressions>} saves a round trip. See {@link
     * SqlCapture#announced}.
     */
    public static String announcement(TableCatalog catalog) {
        return catalog.dialect().announcement();
    }

    /** The values of the announcement's parameters, in order. */
    public static List<String> announcementValues(
            TableCatalog catalog, BranchKey key, SqlModeSettings settings) {
        return catalog.dialect().announcementValues(key, settings);
    }
}
