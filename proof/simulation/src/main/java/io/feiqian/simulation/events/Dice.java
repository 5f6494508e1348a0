package io.feiqian.simulation.events;

import io.feiqian.runtime.Randomness;
import java.util.Collections;
import java.util.List;

/**
 * The chance of one part of the world; the same seed throws the same numbers. Not thread-safe.
 *
 * <p>Every part has dice of its own, so that what one part throws does not shift the others.
 */
public final class Dice {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final Randomness random;
    private int parts;

    /** Dice with this seed. */
    public Dice(long seed) {
        this.seed = seed;
        this.random = Randomness.seeded(seed);
    }

    /** Dice for a part of the world, which follow from this one's seed. */
    public Dice part() {
        parts++;
        long mixed = (seed + parts * GOLDEN) * 0xBF58476D1CE4E5B9L;
        return new Dice(mixed ^ (mixed >>> 29));
    }

    /** A number from {@code from} to {@code to}, both included. */
    public int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /** True in so many of a thousand throws. */
    public boolean perMille(int chance) {
        return chance > 0 && random.nextInt(1_000) < chance;
    }

    /** One of these. */
    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Changes the order of these. */
    public void shuffle(List<?> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, random.nextInt(i + 1));
        }
    }

    /** Any number. */
    public long any() {
        return random.nextLong();
    }

    /**
     * How long something takes: mostly up to {@code usual}, and in {@code slowPerMille} of a
     * thousand throws up to {@code slow}.
     */
    public long duration(int usual, int slowPerMille, int slow) {
        return perMille(slowPerMille) ? between(usual, slow) : between(1, usual);
    }
}
