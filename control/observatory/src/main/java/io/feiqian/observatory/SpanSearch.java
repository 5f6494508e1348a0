package io.feiqian.observatory;

/**
 * What a search looks for; a trace is found where one of its spans is all of this.
 *
 * @param fromMicros begun at or after, microseconds since 1970
 * @param toMicros begun before
 * @param node a role, a cell, an instance or who was called; empty for any
 * @param failedOnly only what failed
 * @param leastMicros took at least so long
 * @param text in its name, outcome, fault or notes, in either case; empty for any
 * @param traceNumber the transaction's; empty for any
 * @param most so many traces, 1 to 200
 */
public record SpanSearch(
        long fromMicros,
        long toMicros,
        String node,
        boolean failedOnly,
        long leastMicros,
        String text,
        String traceNumber,
        int most) {
    /** Every trace of one transaction. */
    public static SpanSearch ofTransaction(String traceNumber) {
        return new SpanSearch(0, Long.MAX_VALUE, "", false, 0, "", traceNumber, 20);
    }

    /** Refuses a number of traces that no page shows. */
    public SpanSearch {
        if (most < 1 || most > 200) {
            throw new IllegalArgumentException("most: " + most + " (expected: 1 to 200)");
        }
    }
}
