package io.feiqian.participant;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Locale;

/**
 * Who asks for a change by hand, and why.
 *
 * @param name the operator
 * @param reason why, at most 500 characters
 */
public record ServiceOperator(String name, String reason) {
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_REASON = 500;

    /** Refuses an operator without name or reason, or with a longer one than a row takes. */
    public ServiceOperator {
        name = name.strip();
        reason = reason.strip();
        if (name.isEmpty()
                || reason.isEmpty()
                || name.length() > LONGEST_NAME
                || reason.length() > LONGEST_REASON
                || (name + reason).indexOf('\0') >= 0) {
            throw new RefusedException(
                    OutcomeCode.OPERATOR_REQUIRED,
                    "operator: %d characters, reason: %d (expected: 1 to %d and 1 to %d)"
                            .formatted(
                                    name.length(), reason.length(), LONGEST_NAME, LONGEST_REASON));
        }
    }

    /** Whether it is the same person, however the name is written. */
    boolean isSame(String other) {
        return name.toLowerCase(Locale.ROOT).equals(other.strip().toLowerCase(Locale.ROOT));
    }

    /**
     * Whether the same directory vouches for both, such as an OpenID provider for all whose names
     * begin with {@code oidc:}; of two nobody can say who in the one is who in the other.
     */
    boolean isOfSameDirectory(ServiceOperator that) {
        return directory().equals(that.directory());
    }

    private String directory() {
        int colon = name.indexOf(':');
        return colon < 0 ? "" : name.substring(0, colon).strip().toLowerCase(Locale.ROOT);
    }
}
