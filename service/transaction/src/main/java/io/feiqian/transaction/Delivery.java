package io.feiqian.transaction;

/**
 * What an instance knows of a message, or of a local commit, that it has to repeat (B12-c.2).
 * Immutable.
 *
 * @param branch the branch it is for; 0 where a local commit or the home slot is asked
 * @param failures how often in a row it failed
 * @param lastError what was said the last time
 * @param lastMillis when, milliseconds since 1970 by the database's clock
 * @param nextMillis when it is tried again, by the same clock; 0 where that is not fixed
 */
public record Delivery(
        int branch, int failures, String lastError, long lastMillis, long nextMillis) {}
