package io.feiqian.runtime;

import io.feiqian.runtime.MicroBatcher.Keys;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which keys the workers of a batcher have in hand, so that a worker leaves items for the other's
 * next batch instead of waiting for it in the middle of its own. Of two batches over a hundred
 * thousand accounts with a hundred transfers each, every third pair meets at some account, and then
 * a whole batch would wait for a disk.
 *
 * <p>Items that share a key stay in their order. Where most of them stand in the other's way, as
 * with one hot account, they are taken all the same: by the time their rows are wanted, the other
 * may be through.
 *
 * <p>Guarded by the batcher's lock.
 */
final class KeptApart<T> {
    private final Keys<T> keys;
    private final List<Set<Long>> inHand = new ArrayList<>();

    KeptApart(Keys<T> keys, int workers) {
        this.keys = keys;
        for (int i = 0; i < workers; i++) {
            inHand.add(new HashSet<>());
        }
    }

    /** What this worker had in hand is free. */
    void release(int worker) {
        inHand.get(worker).clear();
    }

    /**
     * Moves items into a worker's batch until that has this size, at least one where it is empty.
     */
    void take(int worker, ArrayDeque<T> from, List<T> batch, int size) {
        int wanted = Math.min(size - batch.size(), from.size());
        Set<Long> left = new HashSet<>();
        List<T> passedOver = new ArrayList<>();
        int taken = 0;
        // A look at twice as many as are wanted, so that a long queue costs no more than a short
        // one.
        for (int looks = 2 * wanted; looks > 0 && taken < wanted && !from.isEmpty(); looks--) {
            T item = from.remove();
            List<Long> its = keysOf(item);
            if (isFree(worker, its, left)) {
                inHand.get(worker).addAll(its);
                batch.add(item);
                taken++;
            } else {
                left.addAll(its);
                passedOver.add(item);
            }
        }
        int stays = passedOver.size();
        if (taken * 2 < wanted) {
            int more = Math.min(wanted - taken, stays);
            for (T item : passedOver.subList(0, more)) {
                inHand.get(worker).addAll(keysOf(item));
                batch.add(item);
            }
            passedOver = passedOver.subList(more, stays);
        }
        for (int i = passedOver.size() - 1; i >= 0; i--) {
            from.addFirst(passedOver.get(i));
        }
    }

    private boolean isFree(int worker, List<Long> its, Set<Long> left) {
        for (Long key : its) {
            if (left.contains(key)) {
                return false;
            }
            for (int other = 0; other < inHand.size(); other++) {
                if (other != worker && inHand.get(other).contains(key)) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<Long> keysOf(T item) {
        List<Long> its = new ArrayList<>(4);
        keys.of(item, its::add);
        return its;
    }
}
