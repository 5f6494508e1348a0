package io.feiqian.participant;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** Commits whose effect may be told to others. Stateless. */
final class DurableCommit {
    /** The resolution of a transaction is not known. */
    private static final String UNKNOWN = "08007";

    private DurableCommit() {}

    /**
     * Commits. A warning that comes with it says that a copy which is waited for may not have it
     * (unknown-commit).
     *
     * @throws SQLException also where it is not known whether every copy has it
     */
    static void of(Connection connection) throws SQLException {
        connection.clearWarnings();
        connection.commit();
        require(connection.getWarnings());
    }

    /** Fails where a statement that ended a transaction came with a warning. */
    static void require(@Nullable SQLWarning warning) throws SQLException {
        if (warning != null) {
            throw new SQLException(
                    "commit: not confirmed by every copy of the database ("
                            + warning.getMessage()
                            + ")",
                    UNKNOWN,
                    warning);
        }
    }
}
