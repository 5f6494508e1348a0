package io.feiqian.observatory;

/**
 * One line of a log. Its texts are bounded and hold no characters that a database refuses.
 *
 * @param atMicros microseconds since 1970, by the clock of its process
 * @param level such as {@code WARN}
 * @param from the process
 * @param logger who wrote it
 * @param message what it says
 * @param exception the exception with its stack; empty for none
 * @param traceId 32 hexadecimal digits; empty where it was written outside any trace
 * @param span the span inside which it was written; 0 for none
 * @param traceNumber the transaction's; empty where it is of none
 */
public record LogLine(
        long atMicros,
        String level,
        Source from,
        String logger,
        String message,
        String exception,
        String traceId,
        long span,
        String traceNumber) {}
