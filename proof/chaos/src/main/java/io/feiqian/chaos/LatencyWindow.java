package io.feiqian.chaos;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/** How long requests took, from one look to the next. Thread-safe. */
final class LatencyWindow {
    /** Buckets grow by a twentieth each, from ten microseconds on. */
    private static final double GROWTH = 1.05;

    private static final double FIRST_NANOS = 10_000;
    private static final int BUCKETS = 320;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    /**
     * What was seen.
     *
     * @param count how many
     * @param median milliseconds
     * @param p99 milliseconds
     */
    record Seen(long count, double median, double p99) {
        /** The longer times of both. */
        Seen worse(Seen other) {
            return new Seen(
                    Math.min(count, other.count),
                    Math.max(median, other.median),
                    Math.max(p99, other.p99));
        }

        @Override
        public String toString() {
            return "median %.2f ms, p99 %.2f ms of %d".formatted(median, p99, count);
        }
    }

    void add(long nanos) {
        int bucket = (int) Math.ceil(Math.log(Math.max(1, nanos / FIRST_NANOS)) / Math.log(GROWTH));
        counts.incrementAndGet(Math.min(bucket, BUCKETS - 1));
    }

    /** What was seen since the last time. */
    Seen take() {
        long[] taken = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            taken[i] = counts.getAndSet(i, 0);
        }
        long count = Arrays.stream(taken).sum();
        return new Seen(count, at(taken, count, 0.5), at(taken, count, 0.99));
    }

    private static double at(long[] taken, long count, double share) {
        long wanted = (long) Math.ceil(count * share);
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += taken[i];
            if (sum >= wanted) {
                return FIRST_NANOS * Math.pow(GROWTH, i) / 1e6;
            }
        }
        return 0;
    }
}
