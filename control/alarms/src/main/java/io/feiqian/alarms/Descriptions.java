package io.feiqian.alarms;

import java.util.Locale;

/** Values in words. */
final class Descriptions {
    private Descriptions() {}

    /** What a rule saw, as people are told. */
    static String value(Rule rule, double value) {
        String window = rule.window().toSeconds() + " s";
        return switch (rule.test()) {
            case ABSENT -> "nothing heard for " + window;
            case RATE_ABOVE ->
                    "%s grew by %s a second (bound %s)"
                            .formatted(
                                    rule.signal().subject(), number(value), number(rule.bound()));
            case ABOVE, BELOW ->
                    switch (rule.signal().kind()) {
                        case METRIC ->
                                "%s is %s (bound %s)"
                                        .formatted(
                                                rule.signal().subject(),
                                                number(value),
                                                number(rule.bound()));
                        case LOGS ->
                                "%s lines within %s (bound %s)"
                                        .formatted(number(value), window, number(rule.bound()));
                        case CALLS ->
                                "%s is %s (bound %s)"
                                        .formatted(
                                                rule.signal()
                                                        .subject()
                                                        .toLowerCase(Locale.ROOT)
                                                        .replace('_', ' '),
                                                number(value),
                                                number(rule.bound()));
                        case EVENTS -> "%s times within %s".formatted(number(value), window);
                    };
        };
    }

    /** A value with what can be read of it. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.3f" : "%,.1f", value);
    }
}
