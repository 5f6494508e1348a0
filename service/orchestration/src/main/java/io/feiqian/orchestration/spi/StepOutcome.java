package io.feiqian.orchestration.spi;

import java.util.regex.Pattern;

/** How a service answered. A value, never an exception: one that is thrown counts as unknown. */
public sealed interface StepOutcome {
    /**
     * The effect, or the reversal, is durable.
     *
     * @param output the answer in JSON
     */
    record Accepted(String output) implements StepOutcome {}

    /**
     * Definitely no effect, now and for ever under this sub-number.
     *
     * @param code why, in capital letters, digits and _; a definition catches it by this
     * @param message the same for people
     */
    record Refused(String code, String message) implements StepOutcome {
        private static final Pattern FORM = Pattern.compile("[A-Z][A-Z0-9_]{0,59}");

        /** Refuses a code of another form. */
        public Refused {
            if (!FORM.matcher(code).matches()) {
                throw new IllegalArgumentException(
                        "code: %s (expected: capital letters, digits and _, at most 60)"
                                .formatted(code));
            }
        }
    }

    /**
     * Anything else: no answer, a timeout, a lost connection, too busy. It is asked again.
     *
     * @param message what was being waited for
     */
    record Unknown(String message) implements StepOutcome {}

    /** Done, with an answer in JSON. */
    static StepOutcome accepted(String output) {
        return new Accepted(output);
    }

    /** Done; there is nothing to answer. */
    static StepOutcome accepted() {
        return new Accepted("null");
    }

    /** Definitely not done. */
    static StepOutcome refused(String code, String message) {
        return new Refused(code, message);
    }

    /** Not known. */
    static StepOutcome unknown(String message) {
        return new Unknown(message);
    }
}
