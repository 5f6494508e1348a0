package io.feiqian.security;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;

/**
 * The identity of a person or system that changes something by hand.
 *
 * @param name how the bank knows them, 1 to 64 characters
 */
public record Operator(String name) {
    private static final int LONGEST = 64;

    /** Refuses a blank name with {@code OPERATOR_REQUIRED}; spaces around it are dropped. */
    public Operator {
        name = name.strip();
        if (name.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.OPERATOR_REQUIRED,
                    "operator: blank (expected: who asks for this change)");
        }
        if (name.length() > LONGEST || name.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "operator: %d characters (expected: at most %d, none of control)"
                            .formatted(name.length(), LONGEST));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
