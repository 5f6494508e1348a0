package io.feiqian.balancing.spi;

/**
 * The port of ways to choose: one of some candidates for one call.
 *
 * <p>Called by many threads at once for every call, so it must be quick, must not block and should
 * allocate nothing. A picker may keep a turn of its own, but no state of candidates.
 */
@FunctionalInterface
public interface Picker {
    /**
     * Chooses.
     *
     * @param from the candidates, at least one
     * @param key what keeps calls of the same key together, for ways that do; else anything
     * @return an index into the candidates
     */
    int pick(Candidates from, long key);
}
