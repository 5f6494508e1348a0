package io.feiqian.alarms.channels;

import io.feiqian.telemetry.Alarm;
import java.time.Instant;

/**
 * What is told about an alarm. The texts may hold anything that a label or a log line can hold:
 * each channel writes them such that its receiver takes them for text, and cuts what is too long.
 *
 * @param key the same for each telling of the same thing, so that a receiver recognises a
 *     repetition; a thing that ended and begins anew needs a new key, or it may go unseen
 * @param kind what happened
 * @param severity how soon somebody has to look
 * @param rule the name of the rule that found it
 * @param object what it was found on, such as a cell
 * @param text what was found, for people
 * @param since when it began
 * @param at when what {@code kind} says happened
 * @param link the page of the console that shows it, http or https; empty for none. What is neither
 *     is left out of messages.
 */
public record Notice(
        String key,
        Kind kind,
        Alarm.Severity severity,
        String rule,
        String object,
        String text,
        Instant since,
        Instant at,
        String link) {
    /** Refuses a notice that no repetition could be told from. */
    public Notice {
        Checks.require(!key.isBlank(), "notice key", "blank", "what stays the same in repetitions");
    }

    /** What happened. */
    public enum Kind {
        /** A rule found something. */
        RAISED,
        /** What was found is over. */
        ENDED,
        /** Nothing: somebody tries a channel. */
        TEST
    }
}
