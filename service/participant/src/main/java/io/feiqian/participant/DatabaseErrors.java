package io.feiqian.participant;

import java.sql.SQLException;
import java.util.Set;

/**
 * What the databases' errors mean here: PostgreSQL's by their state, and the MariaDB and MySQL
 * family's by their number, since many of those share a state.
 */
final class DatabaseErrors {
    private static final int DUPLICATE = 1062;
    private static final int UNKNOWN_XID = 1397;
    private static final int DEADLOCK = 1213;

    /** Killed, interrupted, shut down, or an error in the midst of a commit. */
    private static final Set<Integer> LOST = Set.of(1927, 1317, 1053, 1180);

    /** Waited too long, a deadlock, no connection left, an XA transaction that was given up. */
    private static final Set<Integer> CONTENTION =
            Set.of(1205, DEADLOCK, 1020, 1040, 1203, 1402, 1440, 1613, 1614);

    private DatabaseErrors() {}

    /** A key is there already. */
    static boolean isDuplicate(SQLException failed) {
        return "23505".equals(failed.getSQLState()) || failed.getErrorCode() == DUPLICATE;
    }

    /** A named thing, such as a prepared transaction, is not there. */
    static boolean isUndefined(SQLException failed) {
        return "42704".equals(failed.getSQLState()) || failed.getErrorCode() == UNKNOWN_XID;
    }

    /** The connection is gone: what it was told last may or may not happen. */
    static boolean isLost(SQLException failed) {
        String state = failed.getSQLState();
        return state == null
                || state.startsWith("08")
                || state.startsWith("57P0")
                || LOST.contains(failed.getErrorCode());
    }

    /** Somebody else holds what is wanted, or the database has no room for more just now. */
    static boolean isContention(SQLException failed) {
        String state = failed.getSQLState();
        boolean said =
                state != null
                        && (state.startsWith("40")
                                || state.startsWith("53")
                                || state.equals("55P03"));
        return said || CONTENTION.contains(failed.getErrorCode());
    }

    /** The database chose this transaction to end a deadlock, and rolled it back. */
    static boolean isDeadlock(SQLException failed) {
        return "40P01".equals(failed.getSQLState()) || failed.getErrorCode() == DEADLOCK;
    }

    /** What an operator reads. */
    static String text(Throwable failed) {
        return failed.getClass().getSimpleName() + ": " + failed.getMessage();
    }
}
