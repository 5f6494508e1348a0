package io.feiqian.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The journal of an open book: what is known, what is being added, what is being taken back. */
final class BookEntries {
    private final List<EntryKey> keys = new ArrayList<>();
    private final Map<EntryKey, JournalRow> known = new HashMap<>();
    private final Map<EntryKey, TakenBack> takenBack = new HashMap<>();
    private final List<JournalRow> added = new ArrayList<>();
    private final List<ReversalRow> reversals = new ArrayList<>();

    /** What was taken back of one movement so far. */
    private static final class TakenBack {
        private int parts;
        private long amount;
    }

    void need(EntryKey key) {
        keys.add(key);
    }

    void needOriginal(EntryKey key) {
        takenBack.computeIfAbsent(key, none -> new TakenBack());
    }

    List<EntryKey> keys() {
        return keys;
    }

    /** The originals in order, to be locked. */
    List<EntryKey> originals() {
        return takenBack.keySet().stream().sorted().toList();
    }

    void load(JournalRow row) {
        known.putIfAbsent(row.key(), row);
    }

    void load(ReversalRow row) {
        TakenBack so = takenBack.get(row.original());
        if (so != null) {
            so.parts = Math.max(so.parts, row.part());
            so.amount += row.amount();
        }
    }

    @Nullable JournalRow find(EntryKey key) {
        return known.get(key);
    }

    void add(JournalRow row) {
        known.put(row.key(), row);
        added.add(row);
    }

    /** How much of the movement is still there to be taken back. */
    long leftOf(JournalRow original) {
        TakenBack so = takenBack.get(original.key());
        return original.amount() - (so == null ? 0 : so.amount);
    }

    void takeBack(EntryKey original, long amount, EntryKey reversal) {
        TakenBack so = takenBack.computeIfAbsent(original, none -> new TakenBack());
        so.parts++;
        so.amount += amount;
        reversals.add(new ReversalRow(original, so.parts, amount, reversal));
    }

    List<JournalRow> added() {
        return added;
    }

    List<ReversalRow> reversals() {
        return reversals;
    }
}
