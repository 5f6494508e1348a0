package io.feiqian.transaction;

import io.feiqian.storage.CommitContext;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;

/** A commit at a set time of the database's clock. */
record FixedContext(
        long databaseMillis,
        BusinessDate businessDate,
        BusinessDate closedThrough,
        boolean presumesNew)
        implements CommitContext {
    static final BusinessDate DAY = BusinessDate.parse("2026-01-05");

    static FixedContext at(long millis) {
        return new FixedContext(millis, DAY, DAY.plusDays(-1), false);
    }

    /** The same, where keys are presumed new. */
    static FixedContext presuming(long millis) {
        return new FixedContext(millis, DAY, DAY.plusDays(-1), true);
    }

    @Override
    public CellId cell() {
        return new CellId(1);
    }

    @Override
    public long sequence() {
        return 1;
    }
}
