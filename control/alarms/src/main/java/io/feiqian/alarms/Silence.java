package io.feiqian.alarms;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;

/**
 * Keeps notices back. Alarms that it covers are raised and shown all the same; whoever is still
 * raised when it ends is told of then.
 *
 * @param id its number; 0 while it has none
 * @param rule the number of the rule; 0 for every rule
 * @param object a part of the object's name; empty for every object
 * @param begunAt since when, milliseconds since 1970
 * @param until until when
 * @param reason why
 * @param begunBy who
 */
public record Silence(
        long id,
        long rule,
        String object,
        long begunAt,
        long until,
        String reason,
        String begunBy) {
    private static final long LONGEST_MILLIS = 30L * 24 * 3_600_000;

    /** Refuses one that would last for ever. */
    public Silence {
        if (until <= begunAt || until - begunAt > LONGEST_MILLIS) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "silence: too short or too long (expected: up to 30 days)");
        }
        if (object.length() > 200 || reason.isBlank() || reason.length() > 500) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "silence: (expected: an object of at most 200 characters, and a reason)");
        }
    }
}
