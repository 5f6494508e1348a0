package io.feiqian.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the accounts of one transaction were changed to before the commands were judged, so that one
 * statement locks, reads and changes them: one visit of each row less (77 to 74.5 µs of CPU a
 * transfer, measured once; not worth keeping where it shows no gain). Where a command was refused
 * or known already, {@link #corrections} says what to put right in the same transaction; nobody
 * else ever sees the difference.
 */
final class Foreseen {
    private final long[] ids;
    private final long[] changes;
    private final long[] before;
    private final boolean[] there;

    /**
     * Nothing read so far.
     *
     * @param ids account numbers in order, each once
     * @param changes how much entered each
     */
    Foreseen(long[] ids, long[] changes) {
        this.ids = ids;
        this.changes = changes;
        this.before = new long[ids.length];
        this.there = new boolean[ids.length];
    }

    long[] changes() {
        return changes;
    }

    /** Takes in an account as it was before the change. */
    void read(AccountRow row) {
        int position = Arrays.binarySearch(ids, row.id());
        before[position] = row.balance();
        there[position] = true;
    }

    /**
     * The accounts whose balance is not what it has to be, in order.
     *
     * @param changed the accounts that the book changed, as they have to be
     */
    List<Correction> corrections(List<AccountRow> changed) {
        long[] right = before.clone();
        for (AccountRow each : changed) {
            right[Arrays.binarySearch(ids, each.id())] = each.balance();
        }
        List<Correction> wrong = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            if (there[i] && right[i] != before[i] + changes[i]) {
                wrong.add(new Correction(ids[i], right[i]));
            }
        }
        return wrong;
    }

    /** An account and the balance it has to get. */
    record Correction(long id, long balance) {}
}
