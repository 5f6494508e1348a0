package io.feiqian.benchmarks;

import java.util.List;

/**
 * What is asked of a registry, and whether it was reached: everybody knows of a change within a
 * second, and what a change costs, and a watcher keeps, does not grow with the number of services.
 *
 * @param variant the engine
 * @param pushed whether 99 of 100 knew within a second, and nobody missed anything
 * @param costGrowth what a notice costs in the largest registry over the smallest
 * @param memoryGrowth what a watcher keeps likewise
 */
record RegistryGoals(String variant, boolean pushed, double costGrowth, double memoryGrowth) {
    static final double MOST_MILLIS = 1_000;

    /** Growth that is noise of a shared machine: the registry itself grew tenfold. */
    static final double NOISE = 1.25;

    /** Of one engine's rows, the smallest registry first. */
    static RegistryGoals of(List<RegistryRow> rows) {
        RegistryRow first = rows.getFirst();
        RegistryRow last = rows.getLast();
        return new RegistryGoals(
                first.variant(),
                rows.stream().allMatch(row -> row.p99Millis() <= MOST_MILLIS && row.missed() == 0),
                last.microsPerNotice() / first.microsPerNotice(),
                last.kilobytesPerSubscriber() / first.kilobytesPerSubscriber());
    }

    /** Whether a change costs what it did, and a watcher keeps what it did. */
    boolean flat() {
        return costGrowth <= NOISE && memoryGrowth <= NOISE;
    }

    boolean met() {
        return pushed && flat();
    }

    String text() {
        return ("%s: must: known within %,.0f ms by 99 of 100, nothing missed: %s; must: no growth"
                        + " with the services: %s (a notice costs %.2f times what it did, a watcher"
                        + " keeps %.2f times)")
                .formatted(
                        variant,
                        MOST_MILLIS,
                        pushed ? "met" : "NOT MET",
                        flat() ? "met" : "NOT MET",
                        costGrowth,
                        memoryGrowth);
    }
}
