package io.feiqian.iso20022;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What became of the transactions of a file, by their places in it.
 *
 * @param each of each transaction
 * @param batchStarts the place of the first transaction of each batch
 */
record Statuses(AtomicReferenceArray<Status> each, List<Integer> batchStarts) {
    /** How many of some transactions ended in each way. */
    record Count(long done, long refused, long pending) {
        Status.Code code() {
            return Status.ofGroup(done, refused, pending);
        }
    }

    /** All of them. */
    Count all() {
        return count(0, each.length());
    }

    /** Those of a batch. */
    Count ofBatch(int number) {
        int end = number + 1 < batchStarts.size() ? batchStarts.get(number + 1) : each.length();
        return count(batchStarts.get(number), end);
    }

    private Count count(int from, int to) {
        long done = 0;
        long refused = 0;
        for (int i = from; i < to; i++) {
            Status.Code code = each.get(i).code();
            done += code == Status.Code.ACSC ? 1 : 0;
            refused += code == Status.Code.RJCT ? 1 : 0;
        }
        return new Count(done, refused, to - from - done - refused);
    }
}
