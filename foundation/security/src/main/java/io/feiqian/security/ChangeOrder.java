package io.feiqian.security;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;

/**
 * What every change by hand carries: who wants it and why.
 *
 * @param operator who
 * @param reason why, 1 to 500 characters
 */
public record ChangeOrder(Operator operator, String reason) {
    private static final int LONGEST = 500;

    /** Refuses a blank reason with {@code OPERATOR_REQUIRED}; spaces around it are dropped. */
    public ChangeOrder {
        reason = reason.strip();
        if (reason.isEmpty()) {
            throw new RefusedException(
                    OutcomeCode.OPERATOR_REQUIRED,
                    "reason: blank (expected: why this change is made)");
        }
        if (reason.length() > LONGEST || reason.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "reason: %d characters (expected: at most %d, none of control)"
                            .formatted(reason.length(), LONGEST));
        }
    }

    /**
     * The order of this operator for this reason.
     *
     * @throws RefusedException with {@link OutcomeCode#OPERATOR_REQUIRED} where either is blank
     */
    public static ChangeOrder of(String operator, String reason) {
        return new ChangeOrder(new Operator(operator), reason);
    }
}
