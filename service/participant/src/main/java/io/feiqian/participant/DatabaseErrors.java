package io.feiqian.participant;

import java.sql.SQLException;

/** What the states of the databases' errors mean here. */
final class DatabaseErrors {
    private DatabaseErrors() {}

    /** A key is there already. */
    static boolean isDuplicate(SQLException failed) {
        return "23505".equals(failed.getSQLState());
    }

    /** A named thing, such as a prepared transaction, is not there. */
    static boolean isUndefined(SQLException failed) {
        return "42704".equals(failed.getSQLState());
    }

    /** The connection is gone: what it was told last may or may not happen. */
    static boolean isLost(SQLException failed) {
        String state = failed.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P0");
    }

    /** Somebody else holds what is wanted, or the database has no room for more just now. */
    static boolean isContention(SQLException failed) {
        String state = failed.getSQLState();
        return state != null
                && (state.startsWith("40") || state.startsWith("53") || state.equals("55P03"));
    }

    /** What an operator reads. */
    static String text(Throwable failed) {
        return failed.getClass().getSimpleName() + ": " + failed.getMessage();
    }
}
