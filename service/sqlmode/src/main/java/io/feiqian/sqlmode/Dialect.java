package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What differs between the databases that SQL mode works with. Stateless. Every method works inside
 * the connection's open transaction and neither commits nor rolls back.
 */
interface Dialect {
    /** The one for this connection's database. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (product.equals("PostgreSQL")) {
            return PostgresDialect.INSTANCE;
        }
        throw SqlModeException.notUndoable("database: " + product + " (expected: PostgreSQL)");
    }

    void install(Connection connection) throws SQLException;

    void enrol(Connection connection, String table, Set<String> declaredTriggers)
            throws SQLException;

    void withdraw(Connection connection, String table) throws SQLException;

    TableCatalog catalog(Connection connection) throws SQLException;

    /** SQL expressions that tell the database whose the transaction's writes are. */
    String announcement();

    List<String> announcementValues(BranchKey key, SqlModeSettings settings);

    /** The text of a statement that may change rows which were not read. */
    String unread(String sql);

    /** The condition that locks a row read under this name; true for every row that is free. */
    String hold(EnrolledTable table, String alias);

    void confirm(Connection connection, Collection<BranchKey> keys) throws SQLException;

    Optional<DirtyRow> cancel(Connection connection, BranchKey key, SqlModeSettings settings)
            throws SQLException;

    /** What a refusal by the database means; the same exception where it is none of ours. */
    SQLException explain(SQLException thrown);
}
