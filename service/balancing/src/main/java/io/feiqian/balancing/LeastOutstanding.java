package io.feiqian.balancing;

import io.feiqian.balancing.spi.Candidates;
import io.feiqian.balancing.spi.Picker;
import io.feiqian.runtime.Randomness;

/** See {@link Way#LEAST_OUTSTANDING}. Thread-safe where its randomness is. */
final class LeastOutstanding implements Picker {
    /** How often a second one is drawn that is not the first. */
    private static final int DRAWS = 3;

    private final Randomness randomness;

    LeastOutstanding(Randomness randomness) {
        this.randomness = randomness;
    }

    @Override
    public int pick(Candidates from, long key) {
        int size = from.size();
        if (size == 1) {
            return 0;
        }
        int first = from.at(Chance.point(randomness));
        int second = first;
        for (int i = 0; i < DRAWS && second == first; i++) {
            second = from.at(Chance.point(randomness));
        }
        if (second == first) {
            second = first + 1 == size ? 0 : first + 1;
        }
        double busyFirst = from.outstanding(first) * from.weight(second);
        double busySecond = from.outstanding(second) * from.weight(first);
        return busySecond < busyFirst ? second : first;
    }
}
