package io.feiqian.storage;

import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database transaction over works, up to but without its commit; both forms of {@link
 * LocalCommit} run through it.
 *
 * <p>The order of the statements keeps money (duplicate-after-lock): fence locks, the
 * contributions' locks in the one global order (lock-order), their reads, and last what the fence
 * protects with the clock and the sequence, so that the number drawn is newer than that of whoever
 * held a lock before. Each statement has a snapshot of its own.
 *
 * <p>For one thread. Any exception leaves the transaction to be rolled back.
 */
final class WorkTransaction implements CommitContext {
    /** One contribution's share. */
    private record Share<C>(Contribution<C> contribution, Contribution.Batch<C> batch) {}

    private static final Comparator<Share<?>> GLOBAL_ORDER =
            Comparator.<Share<?>>comparingInt(share -> share.contribution.order())
                    .thenComparing(share -> share.contribution.name());

    private final CellId cell;
    private final Fence fence;
    private final boolean presumesNew;
    private final int worker;
    private final List<Share<?>> shares = new ArrayList<>(6);
    private boolean underLocks;
    private BusinessDate businessDate = BusinessDate.ofNumber(19000101);
    private BusinessDate closedThrough = businessDate;

    /**
     * One of this cell whose fence names its locks by these ranges.
     *
     * @param presumesNew whether contributions may do without looking for keys
     * @param worker whose transaction it is
     */
    WorkTransaction(CellId cell, OwnedRanges ownedRanges, boolean presumesNew, int worker) {
        this.cell = cell;
        this.presumesNew = presumesNew;
        this.worker = worker;
        this.fence = new Fence(ownedRanges);
    }

    /** Takes note of what a work will need. */
    void add(Work work) {
        fence.add(work);
        List<Part<?>> parts = work.parts();
        for (int i = 0; i < parts.size(); i++) {
            add(parts.get(i));
        }
    }

    /**
     * The first round trip: afterwards every lock is held and everything is read.
     *
     * @param lockTimeout for this transaction only; empty for the session's own
     */
    void lockAndRead(Session session, @Nullable Duration lockTimeout) throws SQLException {
        shares.sort(GLOBAL_ORDER);
        RoundTrip trip = new RoundTrip();
        if (lockTimeout != null) {
            String millis = Long.toString(Math.max(1, lockTimeout.toMillis()));
            trip.query(
                    "select set_config('lock_timeout', ?, true)",
                    parameters -> parameters.add(millis),
                    row -> {});
        }
        fence.lock(trip);
        for (Share<?> share : shares) {
            share.batch.lock(trip);
        }
        for (Share<?> share : shares) {
            share.batch.lockLast(trip);
        }
        for (Share<?> share : shares) {
            share.batch.read(trip);
        }
        fence.read(trip);
        trip.run(session);
        fence.opened();
        businessDate = fence.businessDate();
        closedThrough = fence.closedThrough();
        underLocks = true;
    }

    /** What the fence says of this work. */
    Fence.Verdict judge(Work work) {
        return fence.judge(work);
    }

    /** Why {@link #judge} refused last. */
    Answer fenceRefusal() {
        return fence.refusal();
    }

    /**
     * What the first of the work's parts says that is not fresh, if any. What a part says counts
     * only where those before it have nothing on record: where that was presumed, it is to be seen.
     */
    Check check(Work work) {
        List<Part<?>> parts = work.parts();
        for (int i = 0; i < parts.size(); i++) {
            Check check = check(parts.get(i));
            if (!(check instanceof Check.Fresh)) {
                return presumesNew && i > 0 ? Check.UNSURE : check;
            }
        }
        return Check.FRESH;
    }

    /** Takes up all parts of a work whose checks were fresh. */
    Answer apply(Work work) {
        List<Part<?>> parts = work.parts();
        Answer soFar = Answer.accepted();
        for (int i = 0; i < parts.size(); i++) {
            soFar = apply(parts.get(i), soFar);
        }
        return soFar;
    }

    /** The second round trip: writes everything; false where there was nothing to write. */
    boolean write(Session session) throws SQLException {
        RoundTrip trip = new RoundTrip();
        for (Share<?> share : shares) {
            share.batch.write(trip);
        }
        trip.run(session);
        return !trip.isEmpty();
    }

    /** The ownership rows as this transaction saw them. */
    OwnedRanges ownedRanges() {
        return fence.now();
    }

    @Override
    public CellId cell() {
        return cell;
    }

    @Override
    public BusinessDate businessDate() {
        requireLocks();
        return businessDate;
    }

    @Override
    public BusinessDate closedThrough() {
        requireLocks();
        return closedThrough;
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
    public long databaseMillis() {
        requireLocks();
        return fence.databaseMillis();
    }

    @Override
    public long sequence() {
        requireLocks();
        return fence.sequence();
    }

    private void requireLocks() {
        if (!underLocks) {
            throw new IllegalStateException("asked before the locks were held (expected: after)");
        }
    }

    private <C> void add(Part<C> part) {
        share(part.contribution()).add(part.command());
    }

    private <C> Check check(Part<C> part) {
        return share(part.contribution()).check(part.command());
    }

    private <C> Answer apply(Part<C> part, Answer soFar) {
        return share(part.contribution()).apply(part.command(), soFar);
    }

    /**
     * The share of a contribution, opened when it is met first. A handful: a scan is the fastest.
     */
    private <C> Contribution.Batch<C> share(Contribution<C> contribution) {
        for (int i = 0; i < shares.size(); i++) {
            Share<?> share = shares.get(i);
            if (share.contribution.equals(contribution)) {
                return batchOf(share);
            }
        }
        Contribution.Batch<C> batch = contribution.open(this);
        shares.add(new Share<>(contribution, batch));
        return batch;
    }

    /**
     * A share was made from a contribution and its own batch, so equal contributions agree on C.
     */
    @SuppressWarnings("unchecked")
    private static <C> Contribution.Batch<C> batchOf(Share<?> share) {
        return (Contribution.Batch<C>) share.batch;
    }
}
