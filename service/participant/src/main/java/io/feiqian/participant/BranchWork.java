package io.feiqian.participant;

import java.sql.Connection;
import java.sql.SQLException;

/** A service's own statements, run in the local commit that also writes the transaction's row. */
@FunctionalInterface
public interface BranchWork {
    /**
     * Works on a lent connection: what would end its transaction is refused. May be run again where
     * its commit could not be made, so it has no other effect than its statements.
     *
     * @return what the caller is answered, at most {@link TransactionSettings#mostContent} bytes
     * @throws io.feiqian.vocabulary.RefusedException for a business reason: nothing of it remains
     */
    Content run(Connection connection) throws SQLException;
}
