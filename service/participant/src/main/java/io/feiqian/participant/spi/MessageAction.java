package io.feiqian.participant.spi;

import io.feiqian.participant.BranchCall;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Takes a message that a decision released: consuming it and its effect are one commit, so the
 * effect happens once however often the message comes. Thread-safe.
 */
public interface MessageAction {
    /** The name by which messages address it; stable. */
    String name();

    /**
     * Takes a message. It was decided and cannot be refused any more; an exception is repeated for
     * ever, with an alarm.
     */
    void take(Connection connection, BranchCall message) throws SQLException;
}
