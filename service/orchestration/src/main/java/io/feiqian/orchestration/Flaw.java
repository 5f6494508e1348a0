package io.feiqian.orchestration;

/**
 * What is wrong with a definition, and exactly where.
 *
 * @param code what, for programs; a code keeps its meaning for ever
 * @param place the step, member or character
 * @param message what came and what was expected
 */
public record Flaw(Code code, String place, String message) {
    /** The kinds of flaws. */
    public enum Code {
        /**
         * Not JSON, a member is missing, unknown or of another kind, or a value is out of range.
         */
        MALFORMED,
        /** More characters, steps, iterations or parallel branches than the limit. */
        TOO_LARGE,
        /** Nested deeper than the limit. */
        TOO_DEEP,
        /** A kind of step that does not exist, or the use of a block that is not there. */
        UNKNOWN_STEP,
        /** Two steps have one name, so that their outcomes could not be told apart. */
        DUPLICATE_STEP,
        /** A block that uses itself, directly or through others. */
        CYCLE,
        /** A loop without a bound. */
        NEVER_ENDING,
        /** A variable is read where it may not have a value yet. */
        UNKNOWN_VARIABLE,
        /** Two parallel branches, or a loop and its body, give one variable a value. */
        VARIABLE_CONFLICT,
        /** An expression cannot be read. */
        INVALID_EXPRESSION,
        /** A call says neither how it is undone nor that it need not or cannot be. */
        NO_REVERSAL,
        /** What can be undone, or can fail, comes after what cannot be undone (saga-steps). */
        IRREVERSIBLE_TOO_EARLY,
        /** A service that this process does not know. */
        UNKNOWN_SERVICE
    }

    @Override
    public String toString() {
        return "%s at %s: %s".formatted(code, place, message);
    }
}
