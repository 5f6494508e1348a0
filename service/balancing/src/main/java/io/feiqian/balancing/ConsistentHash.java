package io.feiqian.balancing;

import io.feiqian.balancing.spi.Candidates;
import io.feiqian.balancing.spi.Picker;

/**
 * See {@link Way#CONSISTENT_HASH}. Each member draws a lot for the key and the highest one wins
 * (rendezvous hashing): no ring to build and to keep, weights as exact as floating-point numbers
 * are; the cost is one multiplication or one logarithm for each member. A member with more
 * unanswered calls than {@code bound} times its part of all of them is passed over. Thread-safe.
 */
final class ConsistentHash implements Picker {
    static final double USUAL_BOUND = 1.25;

    private final double bound;

    /**
     * With this bound.
     *
     * @param bound how many times its part of all unanswered calls a member may have, at least 1
     */
    ConsistentHash(double bound) {
        if (!(bound >= 1)) {
            throw new IllegalArgumentException("bound: " + bound + " (expected: >= 1)");
        }
        this.bound = bound;
    }

    @Override
    public int pick(Candidates from, long key) {
        int size = from.size();
        long all = 1;
        for (int i = 0; i < size; i++) {
            all += from.outstanding(i);
        }
        double busy = bound * all;
        double total = from.totalWeight();
        boolean even = from.isEven();
        int best = -1;
        double highest = 0;
        for (int i = 0; i < size; i++) {
            if (from.outstanding(i) + 1 > Math.ceil(busy * from.weight(i) / total)) {
                continue;
            }
            double lot = Chance.point(Chance.mixed(key ^ from.identity(i)));
            double score = even ? lot : -from.weight(i) / Math.log(lot + Double.MIN_NORMAL);
            if (best < 0 || score > highest) {
                best = i;
                highest = score;
            }
        }
        // There is always one below its bound; were the sum torn by other threads, any will do.
        return best < 0 ? (int) Long.remainderUnsigned(key, size) : best;
    }
}
