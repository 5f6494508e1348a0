package io.feiqian.balancing;

import io.feiqian.balancing.spi.Candidates;
import io.feiqian.balancing.spi.Picker;
import java.util.concurrent.atomic.AtomicLong;

/**
 * See {@link Way#WEIGHTED}. Steps of the golden ratio over the members laid one behind the other:
 * after any number of calls each has had its part but for a few, and no two turns of a heavy one
 * are needlessly close. Thread-safe.
 */
final class WeightedTurns implements Picker {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private final AtomicLong turn;

    WeightedTurns(long first) {
        this.turn = new AtomicLong(first);
    }

    @Override
    public int pick(Candidates from, long key) {
        return from.at(Chance.point(turn.getAndAdd(GOLDEN)));
    }
}
