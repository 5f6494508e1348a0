package io.feiqian.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the accounts of one transaction were changed to before the commands were judged, so that one
 * statement locks, reads and changes them: one visit of each row less. Where a command was refused
 * or known already, {@link #corrections} says what to put right in the same transaction; nobody
 * else ever sees the difference.
 */
final class Foreseen {
    private final long[] ids;
    private final AccountChanges changes;
    private final @Nullable AccountRow[] before;

    /**
     * Nothing read so far.
     *
     * @param ids account numbers in order, each once
     * @param changes how much each is meant to change
     */
    Foreseen(long[] ids, AccountChanges changes) {
        this.ids = ids;
        this.changes = changes;
        this.before = new AccountRow[ids.length];
    }

    AccountChanges changes() {
        return changes;
    }

    /** Takes in an account as it was before the change. */
    void read(AccountRow row) {
        before[Arrays.binarySearch(ids, row.id())] = row;
    }

    /**
     * The accounts that are not what they have to be, as they have to be, in order.
     *
     * @param changed the accounts that the book changed, as they have to be
     */
    List<AccountRow> corrections(List<AccountRow> changed) {
        @Nullable AccountRow[] right = before.clone();
        for (AccountRow each : changed) {
            right[Arrays.binarySearch(ids, each.id())] = each;
        }
        List<AccountRow> wrong = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            AccountRow was = before[i];
            AccountRow is = right[i];
            if (was != null && is != null && !changes.are(i, was, is)) {
                wrong.add(is);
            }
        }
        return wrong;
    }
}
