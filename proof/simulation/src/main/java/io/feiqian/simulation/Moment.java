package io.feiqian.simulation;

import io.feiqian.simulation.database.Statement.Tick;
import io.feiqian.storage.CommitContext;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;

/** What one simulated transaction knows of itself; settled once its locks are held. */
final class Moment implements CommitContext {
    private static final int LONG_AGO = 19_000_101;

    private final CellId cell;
    private final Rules rules;
    private final boolean presumesNew;
    private final int worker;
    private Tables.Day day = new Tables.Day(0, 0);
    private Tick tick = new Tick(0, 0);

    Moment(CellId cell, Rules rules, boolean presumesNew, int worker) {
        this.cell = cell;
        this.rules = rules;
        this.presumesNew = presumesNew;
        this.worker = worker;
    }

    void settle(Tables.Day underLocks, Tick now) {
        day = underLocks;
        tick = now;
    }

    @Override
    public CellId cell() {
        return cell;
    }

    @Override
    public BusinessDate businessDate() {
        return BusinessDate.ofNumber(day.open());
    }

    @Override
    public BusinessDate closedThrough() {
        return BusinessDate.ofNumber(
                rules.lack(Rule.BUSINESS_DATE) ? LONG_AGO : day.closedThrough());
    }

    @Override
    public long databaseMillis() {
        return tick.millis();
    }

    @Override
    public boolean presumesNew() {
        return presumesNew;
    }

    @Override
    public int worker() {
        return worker;
    }

    @Override
    public long sequence() {
        return tick.sequence();
    }
}
