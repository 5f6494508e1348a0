package io.feiqian.storage;

import java.sql.SQLException;

/**
 * A statement changed another number of rows than its contribution expected: the transaction is
 * rolled back (duplicate-after-lock).
 */
public final class UnexpectedRowsException extends SQLException {
    private static final long serialVersionUID = 1;

    /** A state of ours in a class that no database uses. */
    private static final String STATE = "FQ001";

    UnexpectedRowsException(String sql, long rows, int expected) {
        super("rows changed: %d (expected: %d) by: %s".formatted(rows, expected, sql), STATE);
    }
}
