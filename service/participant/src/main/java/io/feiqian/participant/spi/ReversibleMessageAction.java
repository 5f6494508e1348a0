package io.feiqian.participant.spi;

import io.feiqian.participant.BranchCall;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Takes messages whose effect a later transaction may take back with a reversal message. For one
 * message each of the two methods runs at most once, {@code reverse} never before {@code take};
 * where the reversal comes first neither runs. Thread-safe. Row: D6.7-c.
 */
public interface ReversibleMessageAction extends MessageAction {
    /**
     * Takes back what {@link #take} did, in the commit of the reversal message. It was decided and
     * cannot be refused any more; an exception is repeated for ever, with an alarm.
     *
     * @param message the original, with the key and content that {@code take} was given, and the
     *     business date of the reversing transaction
     */
    void reverse(Connection connection, BranchCall message) throws SQLException;
}
