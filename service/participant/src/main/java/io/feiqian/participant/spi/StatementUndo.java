package io.feiqian.participant.spi;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.DirtyRowException;
import io.feiqian.vocabulary.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/**
 * What stands behind branches of the SQL kind: captures what statements change, and undoes it.
 * Thread-safe; everything happens in the transaction of the connection that it is given.
 */
public interface StatementUndo {
    /** Begins to capture a branch's statements. */
    Capture capture(Connection connection, BranchKey key) throws SQLException;

    /** Forgets the images and lets go of the row locks of branches that are confirmed. */
    void confirm(Connection connection, Collection<BranchKey> keys) throws SQLException;

    /**
     * Restores what a branch's statements changed.
     *
     * @throws DirtyRowException where a row is not as the branch left it; nothing is changed then
     */
    void cancel(Connection connection, BranchKey key) throws SQLException;

    /** The statements of one branch. */
    interface Capture {
        /** The connection to lend to the user's code. */
        Connection connection();

        /** Writes what is not written yet, before the commit. */
        void flush() throws SQLException;

        /** The refusal that a failure of a captured statement is; empty where it is another. */
        default Optional<Outcome.Refused> refusal(SQLException failed) {
            return Optional.empty();
        }
    }
}
