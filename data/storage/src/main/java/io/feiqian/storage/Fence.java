package io.feiqian.storage;

import io.feiqian.routing.StateTable;
import io.feiqian.storage.OwnedRanges.OwnedRange;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The second law inside one transaction (fence-order, fence-queue): shared locks first, in
 * statements of their own; then, by the next statement's newer snapshot, the rows they protect.
 *
 * <p>The locks of slot ranges are only <em>tried</em>, so that a waiting switch stops nobody else.
 * The lock of the business day is waited for: who sets the day holds it for one small commit.
 *
 * <p>For one transaction on one thread.
 */
final class Fence {
    /** The first half of every advisory lock's key of ours; the second is a range's id. */
    static final int LOCK_CLASS = 0x4651;

    /** The second half of the cell-wide lock that the business day stands under. */
    static final int DAY_LOCK = 0;

    /** Stands where other rows have a range's id. */
    private static final int LAST = Integer.MAX_VALUE;

    /** Waits for the day's lock, which comes first, and tries those of ranges. */
    private static final String LOCK =
            """
            select id, case id
                when %2$d then pg_advisory_xact_lock_shared(%1$d, id) is not null
                else pg_try_advisory_xact_lock_shared(%1$d, id) end
            from unnest(?::int[]) as id\
            """
                    .formatted(LOCK_CLASS, DAY_LOCK);

    /**
     * All rows that the locks protect and, in the last, what is to be drawn after every other lock.
     * One statement, since a statement costs as much as a posting.
     */
    private static final String READ =
            """
            select range_id, first_slot, last_slot, state, epoch, 0 from slot_ownership
            union all
            select %d, open_day, closed_through, 0, nextval('commit_sequence'),
                (extract(epoch from clock_timestamp()) * 1000)::bigint
            from business_day order by 1\
            """
                    .formatted(LAST);

    static final String READ_RANGES =
            "select range_id, first_slot, last_slot, state, epoch from slot_ownership"
                    + " order by range_id";
    static final String READ_DAY = "select open_day, closed_through from business_day";

    /** What the fence says of one work. */
    enum Verdict {
        /** Every claim holds until the end of the transaction. */
        HOLDS,
        /** A range has another id by now: run the work again with the newer rows. */
        LOOK_AGAIN,
        /** Refused; see {@link #refusal()}. */
        REFUSED
    }

    private final OwnedRanges before;
    private final BitSet claimed = new BitSet();
    private final List<OwnedRange> rows = new ArrayList<>();
    private int[] heldIds = new int[8];
    private int held;
    private int[] missedIds = new int[2];
    private int missed;
    private OwnedRanges now;
    private int openDay;
    private int closedThrough;
    private long sequence;
    private long databaseMillis;
    private Answer refusal = Answer.accepted();

    /** A fence that names its locks by these rows, which may be old. */
    Fence(OwnedRanges before) {
        this.before = before;
        this.now = before;
    }

    /** Takes note of a work's claims. */
    void add(Work work) {
        List<Claim> claims = work.claims();
        for (int i = 0; i < claims.size(); i++) {
            int index = before.indexOf(claims.get(i).slot());
            if (index >= 0) {
                claimed.set(index);
            }
        }
    }

    /** Adds the statement that locks: before anything else. */
    void lock(Statements statements) {
        IntStream ids = claimed.stream().map(i -> before.ranges().get(i).id()).sorted();
        int[] day = {DAY_LOCK};
        int[] locks = IntStream.concat(Arrays.stream(day), ids).toArray();
        statements.query(LOCK, parameters -> parameters.add(locks), this::readLock);
    }

    /**
     * Adds the statement that reads what the locks protect and draws the number and the time: when
     * every lock of the transaction is held, so that the number is newer than that of whoever held
     * one before.
     */
    void read(Statements statements) {
        statements.query(READ, parameters -> {}, this::read);
    }

    /** To be called once when the statements have run. */
    void opened() throws SQLException {
        if (openDay == 0) {
            throw new SQLException("business_day: no row (expected: one)", "FQ002");
        }
        now = rows.equals(before.ranges()) ? before : new OwnedRanges(rows);
    }

    /** The ownership rows as this transaction sees them. */
    OwnedRanges now() {
        return now;
    }

    long sequence() {
        return sequence;
    }

    long databaseMillis() {
        return databaseMillis;
    }

    BusinessDate businessDate() {
        return BusinessDate.ofNumber(openDay);
    }

    BusinessDate closedThrough() {
        return BusinessDate.ofNumber(closedThrough);
    }

    /** Judges a work's claims: owner, epoch, state. */
    Verdict judge(Work work) {
        List<Claim> claims = work.claims();
        for (int i = 0; i < claims.size(); i++) {
            Verdict verdict = judge(claims.get(i));
            if (verdict != Verdict.HOLDS) {
                return verdict;
            }
        }
        return Verdict.HOLDS;
    }

    /** Why the work judged last was refused. */
    Answer refusal() {
        return refusal;
    }

    private Verdict judge(Claim claim) {
        int index = now.indexOf(claim.slot());
        if (index < 0) {
            return refuse(OutcomeCode.WRONG_CELL, claim, null);
        }
        OwnedRange range = now.ranges().get(index);
        if (contains(missedIds, missed, range.id())) {
            return refuse(OutcomeCode.SLOT_MOVING, claim, range);
        }
        if (!contains(heldIds, held, range.id())) {
            return Verdict.LOOK_AGAIN;
        }
        if (claim.epoch().isPresent()) {
            Epoch known = claim.epoch().get();
            int order = known.compareTo(range.epoch());
            if (order != 0) {
                return refuse(
                        order < 0 ? OutcomeCode.STALE_EPOCH : OutcomeCode.WRONG_CELL, claim, range);
            }
        }
        OutcomeCode admitted = StateTable.admits(range.state(), claim.kind());
        return admitted == OutcomeCode.ACCEPTED ? Verdict.HOLDS : refuse(admitted, claim, range);
    }

    private Verdict refuse(OutcomeCode code, Claim claim, @Nullable OwnedRange range) {
        String here =
                range == null
                        ? "not owned here"
                        : "state " + range.state() + ", epoch " + range.epoch() + " here";
        String asked = claim.epoch().map(epoch -> ", epoch " + epoch).orElse("");
        refusal =
                Answer.refused(
                        code,
                        "slot: "
                                + claim.slot()
                                + asked
                                + " for "
                                + claim.kind()
                                + " ("
                                + here
                                + ")");
        return Verdict.REFUSED;
    }

    private void readLock(ResultSet row) throws SQLException {
        int id = row.getInt(1);
        if (row.getBoolean(2)) {
            heldIds = with(heldIds, held++, id);
        } else {
            missedIds = with(missedIds, missed++, id);
        }
    }

    private void read(ResultSet row) throws SQLException {
        if (row.getInt(1) != LAST) {
            rows.add(readRange(row));
            return;
        }
        openDay = row.getInt(2);
        closedThrough = row.getInt(3);
        sequence = row.getLong(5);
        databaseMillis = row.getLong(6);
    }

    static OwnedRange readRange(ResultSet row) throws SQLException {
        return new OwnedRange(
                row.getInt(1),
                SlotRange.of(row.getInt(2), row.getInt(3)),
                SlotState.ofNumber(row.getInt(4)),
                new Epoch(row.getLong(5)));
    }

    private static int[] with(int[] ids, int size, int id) {
        int[] room = size < ids.length ? ids : Arrays.copyOf(ids, size * 2);
        room[size] = id;
        return room;
    }

    private static boolean contains(int[] ids, int size, int id) {
        for (int i = 0; i < size; i++) {
            if (ids[i] == id) {
                return true;
            }
        }
        return false;
    }
}
