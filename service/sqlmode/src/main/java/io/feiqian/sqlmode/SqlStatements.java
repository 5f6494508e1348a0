package io.feiqian.sqlmode;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.DirtyRowException;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.vocabulary.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/**
 * SQL mode as the participant's library uses it: {@code ServiceActions.none().with(new
 * SqlStatements(catalog, settings))} lets a service run branches of ordinary statements.
 * Thread-safe.
 */
public final class SqlStatements implements StatementUndo {
    private final SqlModeSettings settings;
    private volatile TableCatalog catalog;

    /** With the tables that are enrolled in the service's database. */
    public SqlStatements(TableCatalog catalog, SqlModeSettings settings) {
        this.catalog = catalog;
        this.settings = settings;
    }

    /**
     * Takes up what was enrolled or changed meanwhile; branches begun before keep what they know.
     */
    public void reload(Connection connection) throws SQLException {
        catalog = TableCatalog.load(connection);
    }

    @Override
    public Capture capture(Connection connection, BranchKey key) throws SQLException {
        return new Captured(SqlCapture.over(connection, key, settings, catalog));
    }

    @Override
    public void confirm(Connection connection, Collection<BranchKey> keys) throws SQLException {
        SqlUndo.confirm(connection, keys);
    }

    @Override
    public void cancel(Connection connection, BranchKey key) throws SQLException {
        try {
            SqlUndo.cancel(connection, key, settings);
        } catch (UndoStoppedException dirty) {
            DirtyRowException stopped =
                    new DirtyRowException(
                            "%s; before: %s; after: %s; found: %s"
                                    .formatted(
                                            dirty.getMessage(),
                                            dirty.evidence().before().orElse("none"),
                                            dirty.evidence().after().orElse("none"),
                                            dirty.evidence().found().orElse("none")),
                            dirty.evidence().correction());
            stopped.initCause(dirty);
            throw stopped;
        }
    }

    /** One branch. */
    private static final class Captured implements Capture {
        private final SqlCapture capture;

        Captured(SqlCapture capture) {
            this.capture = capture;
        }

        @Override
        public Connection connection() {
            return capture.connection();
        }

        @Override
        public void flush() throws SQLException {
            capture.flush();
        }

        @Override
        public Optional<Outcome.Refused> refusal(SQLException failed) {
            return failed instanceof SqlModeException refused
                    ? Optional.of(refused.outcome())
                    : Optional.empty();
        }
    }
}
