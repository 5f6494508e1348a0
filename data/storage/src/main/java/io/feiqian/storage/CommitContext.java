package io.feiqian.storage;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;

/**
 * What a batch may know of the transaction it is part of. Values marked "under the locks" may be
 * asked from {@link Contribution.Batch#check} on, not before.
 */
public interface CommitContext {
    /** The cell. */
    CellId cell();

    /** The open business date, read under the fence of this transaction. Under the locks. */
    BusinessDate businessDate();

    /** The last day that is closed in this cell, read under the fence. Under the locks. */
    BusinessDate closedThrough();

    /**
     * The database's own clock, milliseconds since 1970, read in this transaction (decide-by).
     * Under the locks.
     */
    long databaseMillis();

    /**
     * Whether keys may be presumed new without looking, where an insert will prove it
     * (duplicate-after-lock): where one was there already, everything is run again with a look.
     * Whoever presumes must insert every key whose work it lets stand, and has {@link
     * Contribution.Check#UNSURE} to say of a work that it would end otherwise. What was done to
     * rows on a presumption is kept in {@link ForeseenEnds}. At any time.
     */
    default boolean presumesNew() {
        return false;
    }

    /**
     * Which of the process's commit workers runs the transaction, from 0. What transactions would
     * all meet at can be kept in as many parts. At any time.
     */
    default int worker() {
        return 0;
    }

    /**
     * A number that grows with every transaction of the cell's database, drawn after all locks were
     * taken: of two transactions that lock the same row, the later commit has the larger. Under the
     * locks.
     */
    long sequence();
}
