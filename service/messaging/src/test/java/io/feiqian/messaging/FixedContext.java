package io.feiqian.messaging;

import io.feiqian.storage.CommitContext;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;

/** A commit at a set time of the database's clock. */
record FixedContext(long databaseMillis, boolean presumesNew) implements CommitContext {
    static final BusinessDate DAY = BusinessDate.parse("2026-01-05");

    FixedContext(long databaseMillis) {
        this(databaseMillis, false);
    }

    @Override
    public CellId cell() {
        return new CellId(1);
    }

    @Override
    public BusinessDate businessDate() {
        return DAY;
    }

    @Override
    public BusinessDate closedThrough() {
        return DAY.plusDays(-1);
    }

    @Override
    public long sequence() {
        return 1;
    }
}
