package io.feiqian.observatory;

/**
 * Which log lines are looked for, the newest first.
 *
 * @param fromMicros written at or after, microseconds since 1970
 * @param toMicros written before
 * @param node a role, a cell or an instance; empty for any
 * @param level such as {@code WARN}; empty for any
 * @param text in the message, the logger's name or the exception, in either case; empty for any
 * @param traceNumber the transaction's; empty for any
 * @param traceId the trace's; empty for any
 * @param most so many lines, 1 to 1000
 */
public record LogSearch(
        long fromMicros,
        long toMicros,
        String node,
        String level,
        String text,
        String traceNumber,
        String traceId,
        int most) {
    /** Refuses a number of lines that no page shows. */
    public LogSearch {
        if (most < 1 || most > 1_000) {
            throw new IllegalArgumentException("most: " + most + " (expected: 1 to 1000)");
        }
    }

    /** Every line of one trace. */
    public static LogSearch ofTrace(String traceId) {
        return new LogSearch(0, Long.MAX_VALUE, "", "", "", "", traceId, 1_000);
    }

    /** Every line about one transaction. */
    public static LogSearch ofTransaction(String traceNumber) {
        return new LogSearch(0, Long.MAX_VALUE, "", "", "", traceNumber, "", 1_000);
    }
}
