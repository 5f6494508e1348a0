package io.feiqian.storage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.feiqian.vocabulary.CellId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a cell's database answers this process, asked on a connection of its own: a pool that is
 * busy says nothing about the database. Thread-safe; asks one at a time.
 */
public final class DatabaseCheck implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseCheck.class);
    private static final int SECONDS = 2;

    private final PGSimpleDataSource source;

    @GuardedBy("this")
    private Optional<Connection> kept = Optional.empty();

    DatabaseCheck(PGSimpleDataSource source, CellId cell) {
        this.source = source;
        source.setApplicationName(cell + "-check");
        source.setLoginTimeout(SECONDS);
        source.setConnectTimeout(SECONDS);
        source.setSocketTimeout(SECONDS);
    }

    /** Asks; answers within a few seconds, also where the database is silent. */
    public synchronized boolean answers() {
        try {
            if (kept.isEmpty()) {
                kept = Optional.of(source.getConnection());
            }
            if (kept.get().isValid(SECONDS)) {
                return true;
            }
        } catch (SQLException away) {
            LOG.debug("database does not answer", away);
        }
        close();
        return false;
    }

    @Override
    public synchronized void close() {
        try {
            if (kept.isPresent()) {
                kept.get().close();
            }
        } catch (SQLException broken) {
            LOG.debug("a broken connection is let go", broken);
        }
        kept = Optional.empty();
    }
}
