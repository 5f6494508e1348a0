package io.feiqian.alarms;

import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a rule looks at. It has a value for each object, such as a process or a call from one cell
 * to another.
 *
 * @param kind where it comes from
 * @param subject {@code METRIC}: its name; {@code LOGS}: a text in the line; {@code CALLS}: a
 *     {@link Measure}; {@code EVENTS}: the name of an event, empty for any
 * @param filter {@code METRIC}: a part of the labels; {@code LOGS}: the level; {@code CALLS}: a
 *     part of the object's name; {@code EVENTS}: the severity; each empty for any
 * @param node a role, a cell or a process; empty for any
 */
public record Signal(Kind kind, String subject, String filter, String node) {
    private static final int LONGEST = 200;

    /** Where a signal comes from. */
    public enum Kind {
        /** What processes measure of themselves. */
        METRIC,
        /** How many lines are written to logs within the window. */
        LOGS,
        /** Calls between processes and to databases. */
        CALLS,
        /** What processes raise by themselves, such as {@code transaction-stuck}. */
        EVENTS
    }

    /** What is looked at of calls. */
    public enum Measure {
        /** How many there were a second. */
        PER_SECOND,
        /** Which part of them failed, 0 to 1. */
        FAILED_SHARE,
        /** How long one took on average, milliseconds. */
        MEAN_MILLIS
    }

    /** Refuses texts that are too long, and subjects that do not exist. */
    public Signal {
        bounded("subject", subject);
        bounded("filter", filter);
        bounded("node", node);
        switch (kind) {
            case METRIC -> {
                if (subject.isBlank()) {
                    throw refused("metric: none (expected: its name)");
                }
            }
            case LOGS -> {
                if (!filter.isEmpty() && !filter.matches("[A-Z]{4,5}")) {
                    throw refused("level: unknown (expected: such as WARN, or none)");
                }
            }
            case CALLS -> {
                if (!isOne(Measure.values(), subject)) {
                    throw refused(
                            "measure: unknown (expected: PER_SECOND, FAILED_SHARE or MEAN_MILLIS)");
                }
            }
            case EVENTS -> {
                if (!filter.isEmpty() && !isOne(Severity.values(), filter)) {
                    throw refused(
                            "severity: unknown (expected: NOTICE, WARNING, CRITICAL or none)");
                }
            }
        }
    }

    /** What is looked at of calls. */
    Measure measure() {
        return Measure.valueOf(subject);
    }

    private static boolean isOne(Enum<?>[] values, String name) {
        return Arrays.stream(values).anyMatch(each -> each.name().equals(name));
    }

    private static void bounded(String what, String text) {
        if (text.length() > LONGEST || text.indexOf('\0') >= 0) {
            throw refused(
                    String.format(
                            Locale.ROOT,
                            "%s: %d characters (expected: at most %d, and no NUL)",
                            what,
                            text.length(),
                            LONGEST));
        }
    }

    private static RefusedException refused(String message) {
        return new RefusedException(OutcomeCode.INVALID_TEXT, message);
    }
}
