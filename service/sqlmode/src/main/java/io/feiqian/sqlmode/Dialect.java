package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.sf.jsqlparser.statement.select.PlainSelect;

/**
 * What differs between the databases that SQL mode works with. Thread-safe. Every method works
 * inside the connection's open transaction; where schema changes do not commit by themselves, it
 * neither commits nor rolls back.
 */
interface Dialect {
    /** The one for this connection's database. */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (product.equals("PostgreSQL")) {
            return PostgresDialect.INSTANCE;
        }
        if (product.equals("MariaDB")) {
            return MariaDbDialect.of(connection);
        }
        throw SqlModeException.notUndoable(
                "database: " + product + " (expected: PostgreSQL or MariaDB)");
    }

    void install(Connection connection) throws SQLException;

    void enrol(Connection connection, String table, Set<String> declaredTriggers)
            throws SQLException;

    void withdraw(Connection connection, String table) throws SQLException;

    TableCatalog catalog(Connection connection) throws SQLException;

    /** SQL expressions that tell the database whose the transaction's writes are. */
    String announcement();

    /** The values of the announcement; none where nothing has to be announced. */
    List<String> announcementValues(BranchKey key, SqlModeSettings settings);

    /**
     * The text that is sent for a statement of a branch.
     *
     * @param unread whether it may change rows which were not read
     */
    String sent(String sql, BranchKey key, SqlModeSettings settings, boolean unread);

    /** Refuses a text that the database may read otherwise than the parser. */
    void refuseAmbiguous(String sql) throws SqlModeException;

    /** A table's name in a statement, as the database stores it. */
    String stored(String name);

    /** Whether this function, in lower case, is arithmetic over what it is given. */
    boolean isArithmetic(String function);

    /** Whether this function, in lower case, is what an upsert proposes for a column. */
    boolean isProposed(String function);

    /**
     * Whether a branch's statements are told by their own texts, so that what changes rows without
     * a text would be missed.
     */
    boolean marksStatements();

    /** Has a query's rows found, sorted and locked before a condition over them is evaluated. */
    void keepTogether(PlainSelect select);

    /** The condition that locks a row read under this name; true for every row that is free. */
    String hold(EnrolledTable table, String alias);

    void confirm(Connection connection, Collection<BranchKey> keys) throws SQLException;

    Optional<DirtyRow> cancel(Connection connection, BranchKey key, SqlModeSettings settings)
            throws SQLException;

    /** What a refusal by the database means; the same exception where it is none of ours. */
    SQLException explain(SQLException thrown);
}
