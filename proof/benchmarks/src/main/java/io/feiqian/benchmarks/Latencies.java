package io.feiqian.benchmarks;

/**
 * A histogram of durations from a microsecond up, in steps of about three in a hundred. For one
 * thread; histograms of several threads are added up afterwards.
 */
final class Latencies {
    private static final int STEPS = 32;
    private static final int STEP_BITS = 5;
    private static final int SIZE = STEPS * 48;

    private final long[] counts = new long[SIZE];
    private long total;

    void record(long nanos) {
        counts[bucket(Math.max(0, nanos))]++;
        total++;
    }

    void addAll(Latencies other) {
        for (int i = 0; i < SIZE; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    long total() {
        return total;
    }

    /** The duration within which this fraction of all ended, microseconds. */
    double quantileMicros(double fraction) {
        long wanted = (long) Math.ceil(total * fraction);
        long seen = 0;
        for (int i = 0; i < SIZE; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return upperNanos(i) / 1_000.0;
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        if (nanos < STEPS) {
            return (int) nanos;
        }
        int shift = 63 - Long.numberOfLeadingZeros(nanos) - STEP_BITS;
        int bucket = (shift + 1) * STEPS + (int) ((nanos >> shift) - STEPS);
        return Math.min(bucket, SIZE - 1);
    }

    private static double upperNanos(int bucket) {
        if (bucket < STEPS) {
            return bucket + 1.0;
        }
        int shift = bucket / STEPS - 1;
        return (double) (STEPS + bucket % STEPS + 1) * (1L << shift);
    }
}
