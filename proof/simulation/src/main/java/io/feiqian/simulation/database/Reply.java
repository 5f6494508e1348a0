package io.feiqian.simulation.database;

import java.util.List;

/** How a round trip ended for the one who sent it. */
public sealed interface Reply {
    /**
     * Every statement was executed and, where asked for, the transaction is committed.
     *
     * @param results one result per statement
     */
    record Done(List<Object> results) implements Reply {
        /** The result of a statement, as this type. */
        public <T> T result(int index, Class<T> type) {
            return type.cast(results.get(index));
        }
    }

    /**
     * The database refused a statement and rolled the transaction back.
     *
     * @param reason why
     */
    record Failed(Reason reason) implements Reply {}

    /** The connection is lost; whether a COMMIT that was sent took or will take effect is open. */
    record Lost() implements Reply {}

    /** Why a transaction was rolled back. */
    enum Reason {
        /** A unique key exists. */
        CONFLICT,
        /** It waited for a transaction that waited for it. */
        DEADLOCK,
        /** It waited too long for a lock. */
        LOCK_TIMEOUT,
        /** What is named is not there. */
        UNDEFINED,
        /** What is named is being ended by another session. */
        IN_USE,
        /** The database does not answer; nothing was sent. */
        DOWN
    }
}
