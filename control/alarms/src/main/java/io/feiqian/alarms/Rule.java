package io.feiqian.alarms;

import io.feiqian.telemetry.Alarm.Severity;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.time.Duration;
import java.util.List;

/**
 * When somebody is to be told (B6.4-f).
 *
 * @param id its number; 0 while it has none
 * @param name what it is called
 * @param enabled whether it is looked at
 * @param severity how soon somebody has to look
 * @param signal what it looks at
 * @param test what must not be
 * @param bound what the value is compared with; without meaning for {@link Test#ABSENT}
 * @param window how far back it looks
 * @param lasting how long it must be so before somebody is told, and how long not before it is over
 * @param channels the numbers of those that are told; none where the console is enough
 */
public record Rule(
        long id,
        String name,
        boolean enabled,
        Severity severity,
        Signal signal,
        Test test,
        double bound,
        Duration window,
        Duration lasting,
        List<Long> channels) {
    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(10);
    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);
    private static final Duration LONGEST_LASTING = Duration.ofDays(1);
    private static final int LONGEST_NAME = 80;
    private static final int MOST_CHANNELS = 20;

    /** What must not be. */
    public enum Test {
        /** A value above the bound. */
        ABOVE,
        /** A value below the bound. */
        BELOW,
        /** A growth of more than the bound in a second, of a metric that counts. */
        RATE_ABOVE,
        /** Nothing heard within the window. */
        ABSENT
    }

    /** Refuses what could not be looked at. */
    public Rule {
        channels = List.copyOf(channels);
        if (name.isBlank() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            throw refused("name: (expected: 1 to " + LONGEST_NAME + " characters)");
        }
        if (!Double.isFinite(bound)) {
            throw refused("bound: not a number (expected: one)");
        }
        if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
            throw refused("window: " + window.toSeconds() + " s (expected: 10 to 3600)");
        }
        if (lasting.isNegative() || lasting.compareTo(LONGEST_LASTING) > 0) {
            throw refused("lasting: " + lasting.toSeconds() + " s (expected: 0 to 86400)");
        }
        if (channels.size() > MOST_CHANNELS) {
            throw refused("channels: " + channels.size() + " (expected: at most 20)");
        }
        if (test == Test.RATE_ABOVE && signal.kind() != Signal.Kind.METRIC) {
            throw refused("test: RATE_ABOVE of " + signal.kind() + " (expected: of a METRIC)");
        }
        if (test != Test.ABOVE && signal.kind() == Signal.Kind.EVENTS) {
            throw refused("test: " + test + " of EVENTS (expected: ABOVE)");
        }
    }

    /** Whether a value is as it must not be. */
    boolean isViolatedBy(double value) {
        return switch (test) {
            case ABOVE, RATE_ABOVE -> value > bound;
            case BELOW -> value < bound;
            case ABSENT -> false;
        };
    }

    private static RefusedException refused(String message) {
        return new RefusedException(OutcomeCode.INVALID_TEXT, message);
    }
}
