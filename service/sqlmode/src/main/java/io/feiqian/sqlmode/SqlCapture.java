package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One branch's statements, on a connection with an open transaction that the caller commits or
 * rolls back: what they change is captured and locked in that same transaction (B11.2-c). The
 * database itself writes images and locks while it writes the rows, so capturing costs no round
 * trip. For one thread at a time, like the connection.
 */
public final class SqlCapture {
    private final Connection raw;
    private final BranchKey key;
    private final TableCatalog catalog;
    private final SqlModeSettings settings;
    private final Connection lent;
    private @Nullable LockConflictException conflict;

    /** The values of the announcement; empty once the database knows them. */
    private List<String> unannounced;

    private SqlCapture(
            Connection raw,
            BranchKey key,
            SqlModeSettings settings,
            TableCatalog catalog,
            List<String> values) {
        this.raw = raw;
        this.key = key;
        this.catalog = catalog;
        this.settings = settings;
        this.unannounced = values;
        this.lent = LentConnection.over(raw, this);
    }

    /**
     * Begins a branch on this connection. The database is told whose the transaction's writes are
     * together with the first statement, or with each.
     *
     * @throws IllegalStateException where the connection commits by itself
     */
    public static SqlCapture over(
            Connection raw, BranchKey key, SqlModeSettings settings, TableCatalog catalog)
            throws SQLException {
        refuseAutocommit(raw);
        return new SqlCapture(
                raw, key, settings, catalog, catalog.dialect().announcementValues(key, settings));
    }

    /**
     * Begins a branch on a connection whose open transaction has run {@link SqlMode#announcement}
     * already, with a statement of the caller's.
     */
    public static SqlCapture announced(
            Connection raw, BranchKey key, SqlModeSettings settings, TableCatalog catalog)
            throws SQLException {
        refuseAutocommit(raw);
        return new SqlCapture(raw, key, settings, catalog, List.of());
    }

    private static void refuseAutocommit(Connection raw) throws SQLException {
        if (raw.getAutoCommit()) {
            throw new IllegalStateException("autocommit: true (expected: false, in a branch)");
        }
    }

    boolean isAnnounced() {
        return unannounced.isEmpty();
    }

    /** In a round trip of its own, where there is no statement to send it with. */
    void announce() throws SQLException {
        if (isAnnounced()) {
            return;
        }
        try (PreparedStatement statement =
                raw.prepareStatement("select " + catalog.dialect().announcement())) {
            bindAnnouncement(statement);
            statement.execute();
        }
        unannounced = List.of();
    }

    /** A text that announces first; its own parameters are bound already. */
    PreparedStatement prepareWithAnnouncement(String sql) throws SQLException {
        PreparedStatement both =
                raw.prepareStatement("select " + catalog.dialect().announcement() + "; " + sql);
        bindAnnouncement(both);
        return both;
    }

    /** How many parameters come before the statement's own. */
    int announcementParameters() {
        return unannounced.size();
    }

    /**
     * Runs a statement that announces. Where it fails, whatever it told the database may be undone
     * with it, so that the next statement tells it again.
     */
    void runAnnouncing(PreparedStatement both) throws SQLException {
        both.execute();
        both.getMoreResults();
        unannounced = List.of();
    }

    private void bindAnnouncement(PreparedStatement statement) throws SQLException {
        for (int i = 0; i < unannounced.size(); i++) {
            statement.setString(i + 1, unannounced.get(i));
        }
    }

    /**
     * The connection to lend to the user's code. It refuses what cannot be undone before it runs
     * ({@link SqlModeException}) and what would end the transaction.
     */
    public Connection connection() {
        return lent;
    }

    /**
     * Ends the capture, before the caller commits: images and locks are in the transaction.
     *
     * @throws LockConflictException where a statement met a conflict, even if the user's code went
     *     on: the transaction must be rolled back
     */
    public void flush() throws SQLException {
        refuseAfterConflict();
    }

    /** Whether rows can be changed past the texts that are checked. */
    boolean marksStatements() {
        return catalog.dialect().marksStatements();
    }

    String checked(String sql) throws SQLException {
        refuseAfterConflict();
        return catalog.check(sql).in(key, settings, catalog.dialect());
    }

    void refuseAfterConflict() throws SQLException {
        if (conflict != null) {
            throw conflict;
        }
    }

    /** What the database's refusal means; remembers a conflict. */
    SQLException explain(SQLException thrown) {
        SQLException explained = catalog.dialect().explain(thrown);
        if (explained instanceof LockConflictException lock) {
            conflict = lock;
        }
        return explained;
    }
}
