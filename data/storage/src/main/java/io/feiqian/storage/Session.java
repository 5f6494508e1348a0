package io.feiqian.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One connection with the statements that were prepared on it. For one thread at a time.
 *
 * <p>The texts are constants of the contributions, so few combinations exist; the bound only guards
 * against a contribution that breaks that rule.
 */
final class Session implements AutoCloseable {
    private static final int MOST_STATEMENTS = 128;

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>(64, 0.75f, true);

    Session(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known != null) {
            return known;
        }
        if (statements.size() >= MOST_STATEMENTS) {
            String eldest = statements.keySet().iterator().next();
            PreparedStatement dropped = statements.remove(eldest);
            if (dropped != null) {
                dropped.close();
            }
        }
        PreparedStatement fresh = connection.prepareStatement(sql);
        statements.put(sql, fresh);
        return fresh;
    }

    /** Rolls back; false where the connection does not even allow that and is lost. */
    boolean rolledBack() {
        try {
            connection.rollback();
            return true;
        } catch (SQLException lost) {
            return false;
        }
    }

    /** Closes the statements; the connection stays open, for one that belongs to a pool. */
    void release() {
        for (PreparedStatement each : statements.values()) {
            try {
                each.close();
            } catch (SQLException ignored) {
                // The connection is gone, and with it the statement.
            }
        }
        statements.clear();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // It is gone already.
        }
    }
}
