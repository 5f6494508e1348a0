package io.feiqian.participant;

import io.feiqian.participant.FinishOrder.Verb;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** XA statements of the MariaDB and MySQL family. Immutable. */
final class MariaPrepared implements PreparedTransactions {
    private static final long LONGEST_WAIT_SECONDS = 60;

    /** A serialization failure: to be tried again. */
    private static final String TRY_AGAIN = "40001";

    private static final int MOST_TRIES = 100;

    private final long database;

    MariaPrepared(String schema) {
        this.database = XaName.database(schema);
    }

    @Override
    public void requireAllowed(Connection connection) throws SQLException {
        long wait =
                Long.parseLong(MariaDialect.text(connection, "select @@innodb_lock_wait_timeout"));
        if (wait > LONGEST_WAIT_SECONDS) {
            throw new IllegalStateException(
                    "innodb_lock_wait_timeout: %d (expected: at most %d s for the connections of a"
                                    .formatted(wait, LONGEST_WAIT_SECONDS)
                            + " service with XA, such as"
                            + " ?sessionVariables=innodb_lock_wait_timeout=3 in the database's"
                            + " URL)");
        }
        try {
            Map<BranchKey, PreparedName> unused = inDoubt(connection);
        } catch (SQLException forbidden) {
            throw new IllegalStateException(
                    "XA RECOVER: " + forbidden.getMessage() + " (expected: allowed to the user)",
                    forbidden);
        }
    }

    @Override
    public Connection begin(Connection connection, PreparedName name) throws SQLException {
        return XaSession.begin(connection, XaName.of(name, database));
    }

    @Override
    public void prepare(Connection connection, PreparedName name) throws SQLException {
        XaSession.of(connection).prepare();
    }

    @Override
    public Map<BranchKey, PreparedName> inDoubt(Connection connection) throws SQLException {
        Map<BranchKey, PreparedName> found = new HashMap<>();
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("xa recover")) {
            while (row.next()) {
                if (row.getLong(1) == XaName.FORMAT) {
                    int length = row.getInt(2);
                    String both = row.getString(4);
                    new XaName(both.substring(0, length), both.substring(length))
                            .parse(database)
                            .ifPresent(name -> found.put(name.key(), name));
                }
            }
        }
        return found;
    }

    /**
     * "Not known" is said also of what a session that still lives prepared, and of what another is
     * ending just now: both are listed yet. Most often the session is about to end.
     */
    @Override
    public boolean end(Connection connection, Verb verb, PreparedName name) throws SQLException {
        for (int i = 0; i < MOST_TRIES; i++) {
            if (isEnded(connection, verb, name)) {
                return true;
            }
            if (!name.equals(inDoubt(connection).get(name.key()))) {
                return false;
            }
        }
        throw new SQLException(
                "branch: %s is prepared by a session that still lives (expected: gone; it is tried"
                                .formatted(name.key())
                        + " again)",
                TRY_AGAIN);
    }

    private boolean isEnded(Connection connection, Verb verb, PreparedName name)
            throws SQLException {
        String how = verb == Verb.CONFIRM ? "xa commit " : "xa rollback ";
        try {
            MariaDialect.run(connection, how + XaName.of(name, database).text());
            return true;
        } catch (SQLException failed) {
            if (DatabaseErrors.isUndefined(failed)) {
                return false;
            }
            throw failed;
        }
    }

    @Override
    public void bound(Connection connection, long timeoutMillis) throws SQLException {
        MariaDialect.bound(connection, timeoutMillis);
    }

    @Override
    public void unbound(Connection connection) throws SQLException {
        MariaDialect.unboundWaits(connection);
    }
}
