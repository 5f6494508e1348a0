package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/**
 * Phase two of branches in SQL mode. Each method works in the connection's open transaction, which
 * the caller commits together with the branches' own rows, and can be repeated.
 */
public final class SqlUndo {
    private SqlUndo() {}

    /** Makes the effects of many branches final: images and locks go, in one round trip. */
    public static void confirm(Connection connection, Collection<BranchKey> keys)
            throws SQLException {
        if (!keys.isEmpty()) {
            Dialect.of(connection).confirm(connection, keys);
        }
    }

    /**
     * Takes a branch back, whole or not at all: rows are verified to be as the branch left them and
     * restored in reverse order; images and locks go. A branch without images is done already.
     *
     * @throws UndoStoppedException where a row was changed by others past the locks; nothing is
     *     changed
     * @throws LockConflictException where another local transaction did not let go of a row in
     *     time; the transaction has to be rolled back and the undo tried again
     */
    public static void cancel(Connection connection, BranchKey key, SqlModeSettings settings)
            throws SQLException {
        Dialect dialect = Dialect.of(connection);
        Optional<DirtyRow> dirty;
        try {
            dirty = dialect.cancel(connection, key, settings);
        } catch (SQLException thrown) {
            throw dialect.explain(thrown);
        }
        if (dirty.isPresent()) {
            throw new UndoStoppedException(key, dirty.get());
        }
    }
}
