package io.feiqian.balancing;

import io.feiqian.balancing.spi.Candidates;
import io.feiqian.balancing.spi.Picker;
import io.feiqian.runtime.Randomness;
import java.util.concurrent.atomic.AtomicInteger;

/** See {@link Way#ROUND_ROBIN}. Thread-safe where its randomness is. */
final class RoundRobin implements Picker {
    private final Randomness randomness;
    private final AtomicInteger turn = new AtomicInteger();

    RoundRobin(Randomness randomness) {
        this.randomness = randomness;
    }

    @Override
    public int pick(Candidates from, long key) {
        int size = from.size();
        int index = 0;
        for (int i = 0; i < size; i++) {
            index = Integer.remainderUnsigned(turn.getAndIncrement(), size);
            double share = from.share(index);
            // Who starts slowly lets most of its turns pass.
            if (share >= 1 || Chance.point(randomness) < share) {
                return index;
            }
        }
        return index;
    }
}
