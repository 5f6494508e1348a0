package io.feiqian.simulation.database;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One statement of a round trip. Each takes its own snapshot when it begins, as READ COMMITTED
 * does, and may wait for locks in the middle.
 */
public sealed interface Statement {
    /**
     * Transaction-level shared advisory locks, each only where it is free at once.
     *
     * @param names the locks; the result is a {@code List<Boolean>} in this order
     */
    record TryShared(List<String> names) implements Statement {}

    /**
     * A transaction-level shared advisory lock, waited for; the result is {@code true}.
     *
     * @param name the lock
     */
    record Shared(String name) implements Statement {}

    /**
     * A transaction-level exclusive advisory lock, waited for; the result is {@code true}.
     *
     * @param name the lock
     */
    record Exclusive(String name) implements Statement {}

    /**
     * Rows by their ids; the result is a {@code Map} of the ids that were found.
     *
     * @param table the table
     * @param ids the ids
     */
    record Read(String table, List<?> ids) implements Statement {}

    /**
     * Rows by their ids, locked one after the other in this order. What is found is decided by the
     * snapshot; a row that had to be waited for is read again when its lock is granted.
     *
     * @param table the table
     * @param ids the ids; the result is a {@code Map} of those that were found
     */
    record ReadForUpdate(String table, List<?> ids) implements Statement {}

    /**
     * All rows that fulfil a condition; the result is a {@code List} in the order of insertion.
     *
     * @param table the table
     * @param where the condition
     */
    record Scan(String table, Predicate<Object> where) implements Statement {}

    /** The database's clock and the next number of its sequence; the result is a {@link Tick}. */
    record Now() implements Statement {}

    /**
     * Shared advisory locks and rows in one statement: the rows come from the snapshot that was
     * taken before the locks were (fence-order shows what that loses). The result is a list of both
     * results.
     *
     * @param locks the locks
     * @param rows the rows
     */
    record LockAndRead(TryShared locks, Read rows) implements Statement {}

    /**
     * New rows. A key that another transaction in doubt has inserted is waited for, and then
     * conflicts or not.
     *
     * @param table the table
     * @param rows the rows
     * @param ignoringConflicts whether rows whose key exists are left out instead of failing the
     *     transaction; the result is the number of rows inserted
     */
    record Insert(String table, List<Row> rows, boolean ignoringConflicts) implements Statement {}

    /**
     * Rows that replace those with their ids, where those exist; the result is their number.
     *
     * @param table the table
     * @param rows the rows
     */
    record Update(String table, List<Row> rows) implements Statement {}

    /**
     * Rows that are locked one after the other and then changed by what they are. Which are found
     * is decided by the snapshot; each is read again under its lock.
     *
     * @param table the table
     * @param ids the ids
     * @param change the row that takes the place of one; the same row where it stays untouched,
     *     empty where it is deleted; the result is how many were changed
     */
    record Change(String table, List<?> ids, Function<Object, Optional<Object>> change)
            implements Statement {}

    /**
     * PREPARE TRANSACTION: takes the transaction away from its session and keeps it, with its
     * locks, over a stop too. The last statement of its round trip; the result is {@code true}.
     *
     * @param id the global id
     */
    record Prepare(String id) implements Statement {}

    /**
     * COMMIT or ROLLBACK PREPARED; the result is {@code true}.
     *
     * @param id the global id
     * @param commit whether it is committed
     */
    record EndPrepared(String id, boolean commit) implements Statement {}

    /** The global ids of what is prepared; the result is a {@code List} of them. */
    record ListPrepared() implements Statement {}

    /**
     * Rows taken away; the result is their number.
     *
     * @param table the table
     * @param ids the ids
     */
    record Delete(String table, List<?> ids) implements Statement {}

    /**
     * A row and its key.
     *
     * @param id the key
     * @param content the row
     */
    record Row(Object id, Object content) {}

    /**
     * What {@link Now} answers.
     *
     * @param millis the database's clock, milliseconds since 1970
     * @param sequence the number
     */
    record Tick(long millis, long sequence) {}
}
