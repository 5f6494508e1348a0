package io.feiqian.participant.spi;

import io.feiqian.participant.BranchCall;
import io.feiqian.participant.Content;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A service that is done at once and has a service that reverses it (冲正): no reservation, so others
 * see its effect before the decision. Thread-safe; each of the two runs in the local commit of the
 * branch's row, at most once. Row: D7.1-b.
 */
public interface ReversibleAction {
    /** The name by which branches address it; stable, since rows carry it. */
    String name();

    /** Does it; refused for a business reason by a {@code RefusedException}. */
    Content forward(Connection connection, BranchCall call) throws SQLException;

    /** Reverses it, only where it was done; an exception is repeated for ever. */
    void reverse(Connection connection, BranchCall call) throws SQLException;
}
