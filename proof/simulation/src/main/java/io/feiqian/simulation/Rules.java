package io.feiqian.simulation;

import java.util.Optional;

/**
 * The rules that hold in a run: all of them, or all but one.
 *
 * @param broken the one that does not hold
 */
public record Rules(Optional<Rule> broken) {
    /** Every rule holds. */
    public static final Rules ALL = new Rules(Optional.empty());

    /** Every rule but this one holds. */
    public static Rules without(Rule broken) {
        return new Rules(Optional.of(broken));
    }

    /** Whether this rule does not hold. */
    public boolean lack(Rule rule) {
        return broken.isPresent() && broken.get() == rule;
    }
}
