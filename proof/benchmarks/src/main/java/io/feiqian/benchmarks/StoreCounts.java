package io.feiqian.benchmarks;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * What became of what an observatory was sent.
 *
 * @param stored so many spans and lines are in its database
 * @param shed so many found no room
 * @param refused so many requests were refused unread
 */
record StoreCounts(long stored, long shed, long refused) {
    static StoreCounts of(MeterRegistry metrics) {
        return new StoreCounts(
                count(metrics, "stored"), count(metrics, "shed"), count(metrics, "refused"));
    }

    /** Reads what {@link #text} wrote. */
    static StoreCounts parse(String text) {
        String[] counts = text.split(" ", -1);
        return new StoreCounts(
                Long.parseLong(counts[0]), Long.parseLong(counts[1]), Long.parseLong(counts[2]));
    }

    String text() {
        return "%d %d %d".formatted(stored, shed, refused);
    }

    private static long count(MeterRegistry metrics, String what) {
        return (long) metrics.counter("feiqian.observatory." + what).count();
    }
}
