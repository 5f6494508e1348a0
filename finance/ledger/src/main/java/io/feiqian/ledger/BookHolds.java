package io.feiqian.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reservations of an open book. */
final class BookHolds {
    private final Map<HoldKey, Hold> holds = new HashMap<>();
    private final List<Hold> touched = new ArrayList<>();

    /** One reservation: its row as it would be written, and whether it has one already. */
    private static final class Hold {
        private @Nullable HoldRow row;
        private boolean placedNow;
        private boolean touched;
    }

    void need(HoldKey key) {
        holds.computeIfAbsent(key, none -> new Hold());
    }

    List<HoldKey> keys() {
        return holds.isEmpty() ? List.of() : holds.keySet().stream().sorted().toList();
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
