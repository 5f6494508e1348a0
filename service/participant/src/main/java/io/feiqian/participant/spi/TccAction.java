package io.feiqian.participant.spi;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A reservation of one's own: try, confirm, cancel, each in the local commit that also writes the
 * branch's row, so that none of them is run twice for one branch, a cancel never comes without its
 * try, and a try never after its cancel (P6.3.2-a). Thread-safe.
 *
 * <p>The connection is lent: what ends its transaction is refused.
 */
public interface TccAction {
    /** The name by which branches address it; stable, since rows carry it. */
    String name();

    /**
     * Reserves. A refusal for a business reason is a {@link
     * io.feiqian.vocabulary.RefusedException}: nothing of the try remains then.
     *
     * @return what the caller is answered, also when it asks again
     */
    Content attempt(Connection connection, BranchCall call) throws SQLException;

    /**
     * Makes the reservation final. Checks no business rule (confirm-never-refused); an exception is
     * repeated for ever.
     */
    void confirm(Connection connection, BranchCall call) throws SQLException;

    /** Gives the reservation back. */
    void cancel(Connection connection, BranchCall call) throws SQLException;
}
