package io.feiqian.storage;

import io.feiqian.routing.Route;
import io.feiqian.routing.RouteMap;
import io.feiqian.storage.OwnedRanges.OwnedRange;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.SlotRange;
import io.feiqian.vocabulary.SlotState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The ownership rows of a cell's database and their changes: the second law's truth, of which the
 * route map is a copy for callers.
 *
 * <p>A change waits for the local commits that are in flight on its slots, and no later one slips
 * through with the old row (fence-order). Epochs only grow, also over giving slots away and taking
 * them back. Thread-safe; several processes may ask at once.
 */
public final class Ownership {
    private final CellDatabase database;

    Ownership(CellDatabase database) {
        this.database = database;
    }

    /** The rows now; for routing and display, since only a commit's own reading is fenced. */
    public OwnedRanges current() {
        return database.ownedRanges();
    }

    /**
     * Gives a database that never owned a slot the ranges that the map says are its cell's; without
     * effect where it ever owned any: its own rows are the truth then.
     */
    public void initialise(RouteMap map) {
        List<Route> routes = map.ownedBy(database.cell());
        // Everybody who initialises takes the same lock; no commit can be running on no slots.
        Outcome unused =
                ExclusiveChange.run(
                        database,
                        new int[] {Fence.DAY_LOCK},
                        connection -> {
                            if (!everOwned(connection)) {
                                for (Route each : routes) {
                                    insert(connection, each.slots(), each.state(), each.epoch());
                                    raiseFloor(connection, each.slots(), each.epoch());
                                }
                            }
                            return Outcome.accepted();
                        });
        if (!unused.isAccepted()) {
            throw new StorageException("slot_ownership: " + unused.message());
        }
    }

    /**
     * Gives these slots, all of which this cell owns, a new state and a greater epoch. Rows that
     * reach beyond the slots are split.
     *
     * @return accepted; STALE_EPOCH where the epoch of any of the slots would not grow; WRONG_CELL
     *     where not all of them are owned; OVERLOADED where long transactions held the fence
     */
    public Outcome change(SlotRange slots, SlotState state, Epoch epoch) {
        return underLocks(
                slots,
                (connection, touched) -> {
                    Outcome allowed = mayChange(connection, slots, epoch, touched);
                    if (allowed.isAccepted()) {
                        cutOut(connection, slots, touched);
                        insert(connection, slots, state, epoch);
                        raiseFloor(connection, slots, epoch);
                    }
                    return allowed;
                });
    }

    /**
     * Takes over slots of which this cell owns none, with an epoch greater than any they had here.
     *
     * @return accepted; STALE_EPOCH; ALREADY_EXISTS where some of them are owned
     */
    public Outcome takeOver(SlotRange slots, SlotState state, Epoch epoch) {
        return underLocks(
                slots,
                (connection, touched) -> {
                    if (!touched.isEmpty()) {
                        return Outcome.refused(
                                OutcomeCode.ALREADY_EXISTS,
                                "slots: %s, of which %s are owned (expected: none)"
                                        .formatted(slots, touched));
                    }
                    Outcome allowed = mayGrow(connection, slots, epoch);
                    if (allowed.isAccepted()) {
                        insert(connection, slots, state, epoch);
                        raiseFloor(connection, slots, epoch);
                    }
                    return allowed;
                });
    }

    /**
     * Gives up slots, all of which this cell owns; from then on it answers WRONG_CELL. The epoch
     * with which they go must be greater than theirs.
     *
     * @return accepted; STALE_EPOCH; WRONG_CELL
     */
    public Outcome giveUp(SlotRange slots, Epoch epoch) {
        return underLocks(
                slots,
                (connection, touched) -> {
                    Outcome allowed = mayChange(connection, slots, epoch, touched);
                    if (allowed.isAccepted()) {
                        cutOut(connection, slots, touched);
                        raiseFloor(connection, slots, epoch);
                    }
                    return allowed;
                });
    }

    /** What is to be done with the rows that touch the slots, under their locks. */
    @FunctionalInterface
    private interface Change {
        Outcome run(Connection connection, List<OwnedRange> touched) throws SQLException;
    }

    private static final int MOST_LOOKS = 5;

    private Outcome underLocks(SlotRange slots, Change change) {
        for (int look = 0; look < MOST_LOOKS; look++) {
            List<OwnedRange> expected = touching(database.ownedRanges(), slots);
            int[] ids = expected.stream().mapToInt(OwnedRange::id).sorted().toArray();
            Outcome[] outcome = new Outcome[1];
            Outcome ran =
                    ExclusiveChange.run(
                            database,
                            ids,
                            connection -> {
                                List<OwnedRange> touched =
                                        touching(new OwnedRanges(read(connection)), slots);
                                if (!ids(touched).equals(ids(expected))) {
                                    outcome[0] = null;
                                    return Outcome.refused(OutcomeCode.SLOT_MOVING, "look again");
                                }
                                outcome[0] = change.run(connection, touched);
                                return outcome[0];
                            });
            if (ran.isAccepted() || outcome[0] != null || ran.code() == OutcomeCode.OVERLOADED) {
                return ran;
            }
        }
        return Outcome.refused(
                OutcomeCode.SLOT_MOVING, "slots: %s are being changed elsewhere".formatted(slots));
    }

    private static List<Integer> ids(List<OwnedRange> ranges) {
        return ranges.stream().map(OwnedRange::id).toList();
    }

    private static List<OwnedRange> touching(OwnedRanges all, SlotRange slots) {
        return all.ranges().stream().filter(each -> each.slots().overlaps(slots)).toList();
    }

    private static Outcome mayChange(
            Connection connection, SlotRange slots, Epoch epoch, List<OwnedRange> touched)
            throws SQLException {
        int owned = 0;
        for (OwnedRange each : touched) {
            int first = Math.max(slots.first().number(), each.slots().first().number());
            int last = Math.min(slots.last().number(), each.slots().last().number());
            owned += last - first + 1;
        }
        if (owned != slots.size()) {
            return Outcome.refused(
                    OutcomeCode.WRONG_CELL,
                    "slots: %s, of which %d are owned here (expected: all)"
                            .formatted(slots, owned));
        }
        return mayGrow(connection, slots, epoch);
    }

    private static Outcome mayGrow(Connection connection, SlotRange slots, Epoch epoch)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "select coalesce(max(epoch), 0) from slot_epoch_floor"
                                + " where slot between ? and ?")) {
            select.setInt(1, slots.first().number());
            select.setInt(2, slots.last().number());
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long highest = row.getLong(1);
                return epoch.number() > highest
                        ? Outcome.accepted()
                        : Outcome.refused(
                                OutcomeCode.STALE_EPOCH,
                                "epoch of slots %s: %s (expected: > %d)"
                                        .formatted(slots, epoch, highest));
            }
        }
    }

    /** Removes the slots from the rows that touch them; what is left keeps state and epoch. */
    private static void cutOut(Connection connection, SlotRange slots, List<OwnedRange> touched)
            throws SQLException {
        for (OwnedRange each : touched) {
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from slot_ownership where range_id = ?")) {
                delete.setInt(1, each.id());
                delete.executeUpdate();
            }
        }
        for (OwnedRange each : touched) {
            for (SlotRange rest : rests(each.slots(), slots)) {
                insert(connection, rest, each.state(), each.epoch());
            }
        }
    }

    private static List<SlotRange> rests(SlotRange whole, SlotRange part) {
        List<SlotRange> rests = new ArrayList<>(2);
        int first = whole.first().number();
        int last = whole.last().number();
        if (first < part.first().number()) {
            rests.add(SlotRange.of(first, part.first().number() - 1));
        }
        if (last > part.last().number()) {
            rests.add(SlotRange.of(part.last().number() + 1, last));
        }
        return rests;
    }

    /** Every row has a new id, whose lock nobody can hold yet. */
    private static void insert(Connection connection, SlotRange slots, SlotState state, Epoch epoch)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into slot_ownership (first_slot, last_slot, state, epoch)"
                                + " values (?, ?, ?, ?)")) {
            insert.setInt(1, slots.first().number());
            insert.setInt(2, slots.last().number());
            insert.setInt(3, state.number());
            insert.setLong(4, epoch.number());
            insert.executeUpdate();
        }
    }

    private static void raiseFloor(Connection connection, SlotRange slots, Epoch epoch)
            throws SQLException {
        try (PreparedStatement upsert =
                connection.prepareStatement(
                        "insert into slot_epoch_floor (slot, epoch)"
                                + " select slot, ? from generate_series(?, ?) as slot"
                                + " on conflict (slot) do update"
                                + " set epoch = greatest(slot_epoch_floor.epoch, excluded.epoch)")) {
            upsert.setLong(1, epoch.number());
            upsert.setInt(2, slots.first().number());
            upsert.setInt(3, slots.last().number());
            upsert.executeUpdate();
        }
    }

    private static boolean everOwned(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select exists (select from slot_epoch_floor)")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static List<OwnedRange> read(Connection connection) throws SQLException {
        List<OwnedRange> ranges = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(Fence.READ_RANGES)) {
            while (rows.next()) {
                ranges.add(Fence.readRange(rows));
            }
        }
        return ranges;
    }
}
