package io.feiqian.alarms;

/**
 * A notice as operators see it. Times are milliseconds since 1970, 0 for never.
 *
 * @param madeAt when it was made
 * @param doneAt when a channel took it, or it was given up
 * @param dueAt when it is tried again
 * @param attempts how often it was tried
 * @param givenUp whether it was given up
 * @param ending whether it says that something is over
 * @param channel whom it is for
 * @param rule by which rule
 * @param object what it is about
 * @param failure why it was not taken; empty where it was
 */
public record NoticeLine(
        long madeAt,
        long doneAt,
        long dueAt,
        int attempts,
        boolean givenUp,
        boolean ending,
        String channel,
        String rule,
        String object,
        String failure) {}
