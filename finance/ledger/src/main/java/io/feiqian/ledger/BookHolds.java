package io.feiqian.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The reservations of an open book. */
final class BookHolds {
    private final Map<HoldKey, Hold> holds = new HashMap<>();
    private final List<Hold> touched = new ArrayList<>();
    private final SortedMap<HoldKey, HoldRow.State> wanted = new TreeMap<>();

    /** Whether nothing but ends was asked for, and of each reservation one and the same. */
    private boolean foreseeable = true;

    /** One reservation: its row as it would be written, and whether it has one already. */
    private static final class Hold {
        private @Nullable HoldRow row;
        private boolean placedNow;
        private boolean touched;
    }

    /** Asks for a reservation. */
    void need(HoldKey key) {
        foreseeable = false;
        wanted.putIfAbsent(key, HoldRow.State.OPEN);
    }

    /** Asks for a reservation that is meant to end like this. */
    void needEnded(HoldKey key, HoldRow.State state) {
        HoldRow.State other = wanted.putIfAbsent(key, state);
        foreseeable &= other == null || other == state;
    }

    List<HoldKey> keys() {
        return List.copyOf(wanted.keySet());
    }

    /** How every reservation that was asked for is meant to end; empty where that is not clear. */
    SortedMap<HoldKey, HoldRow.State> ends() {
        return foreseeable ? wanted : Collections.emptySortedMap();
    }

    void load(HoldRow row) {
        holds.computeIfAbsent(row.key(), none -> new Hold()).row = row;
    }

    @Nullable HoldRow find(HoldKey key) {
        Hold found = holds.get(key);
        return found == null ? null : found.row;
    }

    void place(HoldRow row) {
        Hold hold = holds.computeIfAbsent(row.key(), none -> new Hold());
        hold.placedNow = true;
        put(hold, row);
    }

    void end(HoldRow row, HoldRow.State state) {
        put(holds.computeIfAbsent(row.key(), none -> new Hold()), row.in(state));
    }

    /** The rows to insert, or to update. */
    List<HoldRow> touched(boolean placedNow) {
        List<HoldRow> rows = new ArrayList<>();
        for (Hold each : touched) {
            if (each.placedNow == placedNow && each.row != null) {
                rows.add(each.row);
            }
        }
        return rows;
    }

    private void put(Hold hold, HoldRow row) {
        hold.row = row;
        if (!hold.touched) {
            hold.touched = true;
            touched.add(hold);
        }
    }
}
