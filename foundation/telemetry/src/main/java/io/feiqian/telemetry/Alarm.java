package io.feiqian.telemetry;

import io.feiqian.vocabulary.TraceNumber;
import java.util.Optional;

/**
 * Something an operator should know of.
 *
 * @param severity how soon
 * @param name what kind of thing, such as {@code contradiction}; stable, so that it can be counted
 *     and looked up
 * @param detail what happened here, for people
 * @param trace the transaction concerned, where there is one
 */
public record Alarm(Severity severity, String name, String detail, Optional<TraceNumber> trace) {
    /** Refuses a name that could not be the value of a metric's label. */
    public Alarm {
        if (!name.matches("[a-z][a-z0-9-]{1,59}")) {
            throw new IllegalArgumentException(
                    "alarm name: " + name + " (expected: lower-case words joined by hyphens)");
        }
    }

    /** An alarm that concerns no single transaction. */
    public static Alarm of(Severity severity, String name, String detail) {
        return new Alarm(severity, name, detail, Optional.empty());
    }

    /** How soon somebody has to look. */
    public enum Severity {
        /** When there is time. */
        NOTICE,
        /** Today. */
        WARNING,
        /** Now: money or service is at stake. */
        CRITICAL
    }
}
