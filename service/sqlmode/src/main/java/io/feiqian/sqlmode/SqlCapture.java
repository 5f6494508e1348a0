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
    private final TableCatalog catalog;
    private final SqlModeSettings settings;
    private final Connection lent;
    private @Nullable LockConflictException conflict;

    private SqlCapture(Connection raw, SqlModeSettings settings, TableCatalog catalog) {
        this.catalog = catalog;
        this.settings = settings;
        this.lent = LentConnection.over(raw, this);
    }

    /**
     * Begins a branch on this connection, in one round trip.
     *
     * @throws IllegalStateException where the connection commits by itself
     */
    public static SqlCapture over(
            Connection raw, BranchKey key, SqlModeSettings settings, TableCatalog catalog)
            throws SQLException {
        SqlCapture capture = announced(raw, settings, catalog);
        Dialect dialect = catalog.dialect();
        try (PreparedStatement statement =
                raw.prepareStatement("select " + dialect.announcement())) {
            List<String> values = dialect.announcementValues(key, settings);
            for (int i = 0; i < values.size(); i++) {
                statement.setString(i + 1, values.get(i));
            }
            statement.execute();
        }
        return capture;
    }

    /**
     * Begins a branch on a connection whose open transaction has run {@link SqlMode#announcement}
     * already, with a statement of the caller's.
     */
    public static SqlCapture announced(
            Connection raw, SqlModeSettings settings, TableCatalog catalog) throws SQLException {
        if (raw.getAutoCommit()) {
            throw new IllegalStateException("autocommit: true (expected: false, in a branch)");
        }
        return new SqlCapture(raw, settings, catalog);
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

    String checked(String sql) throws SQLException {
        refuseAfterConflict();
        return catalog.check(sql).under(settings.blindWrites(), catalog.dialect());
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
