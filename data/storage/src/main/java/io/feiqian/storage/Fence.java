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
import java.util.BitSet;
import java.util.List;
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

    private static final String LOCK_DAY =
            "select pg_advisory_xact_lock_shared(" + LOCK_CLASS + ", " + DAY_LOCK + ")";
    private static final String TRY_RANGES =
            "select id, pg_try_advisory_xact_lock_shared("
                    + LOCK_CLASS
                    + ", id)"
                    + " from unnest(?::int[]) as id";
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

    /** Adds the statements: day lock, range locks, then what they protect. */
    void open(Statements statements) {
        int[] ids = claimed.stream().map(i -> before.ranges().get(i).id()).sorted().toArray();
        statements.query(LOCK_DAY, parameters -> {}, row -> {});
        statements.query(TRY_RANGES, parameters -> parameters.add(ids), this::readLock);
        statements.query(READ_RANGES, parameters -> {}, row -> rows.add(readRange(row)));
        statements.query(READ_DAY, parameters -> {}, this::readDay);
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

    private void readDay(ResultSet row) throws SQLException {
        openDay = row.getInt(1);
        closedThrough = row.getInt(2);
    }

    static OwnedRange readRange(ResultSet row) throws SQLException {
        return new OwnedRange(
                row.getInt(1),
                SlotRange.of(row.getInt(2), row.getInt(3)),
                SlotState.ofNumber(row.getInt(4)),
                new Epoch(row.getLong(5)));
    }

    private static int[] with(int[] ids, int size, int id) {
        int[] room = size < ids.length ? ids : java.util.Arrays.copyOf(ids, size * 2);
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
