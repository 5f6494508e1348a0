package io.feiqian.ledger;

import java.util.Arrays;

/**
 * At which place of their table the accounts of one transaction were locked: a row that is locked
 * stays where it is until the transaction ends, so it can be updated there without an index.
 */
final class LockedPlaces {
    private final long[] ids;
    private final String[] places;

    /** Places of these accounts, whose numbers are in order. */
    LockedPlaces(long[] ids) {
        this.ids = ids;
        this.places = new String[ids.length];
        Arrays.fill(places, "");
    }

    void add(long id, String place) {
        places[position(id)] = place;
    }

    String of(long id) {
        return places[position(id)];
    }

    private int position(long id) {
        int position = Arrays.binarySearch(ids, id);
        if (position < 0) {
            throw new IllegalStateException("account: " + id + " (expected: a locked one)");
        }
        return position;
    }
}
