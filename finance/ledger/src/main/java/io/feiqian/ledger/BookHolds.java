package io.feiqian.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The reservations of an open book. */
final class BookHolds {
    private final Map<HoldKey, Hold> holds = new HashMap<>();
    private final List<Hold> touched = new ArrayList<>();
    private final Set<HoldKey> wanted = new TreeSet<>();

    /** One reservation: its row as it would be written, and whether it has one already. */
    private static final class Hold {
        private @Nullable HoldRow row;
        private boolean placedNow;
        private boolean touched;
    }

    void need(HoldKey key) {
        wanted.add(key);
    }

    List<HoldKey> keys() {
        return List.copyOf(wanted);
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
