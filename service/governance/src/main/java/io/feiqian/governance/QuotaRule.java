package io.feiqian.governance;

import java.util.Arrays;

/**
 * The rules by which the sum of what nodes may use stays within a quota, by name: the simulation
 * leaves one out and must find the excess.
 */
public enum QuotaRule {
    /**
     * A share counts for its node until the node has said that it uses another, or until the lease
     * has passed; also when a smaller one was sent, which may be lost.
     */
    COUNTED_UNTIL_GIVEN_UP("a-share-counts-until-it-is-given-up"),
    /** A lease begins, for its node, when the node asked; for the lender, when it answered. */
    LEASE_FROM_THE_QUESTION("a-lease-begins-with-the-question"),
    /** The lender counts a lease for longer than it lasts, by as much as clocks may drift. */
    LENDER_WAITS_LONGER("the-lender-waits-longer"),
    /** A node does not go back to an older lease that arrives late. */
    NO_OLDER_LEASE("no-older-lease"),
    /** A lender that begins lends nothing until every lease before it has passed. */
    NEW_LENDER_WAITS("a-new-lender-waits"),
    /** A lender lends only for a while after it has asked whether it is still the one elected. */
    PROVEN_ALONE("a-lender-is-proven-alone");

    private final String ruleName;

    QuotaRule(String ruleName) {
        this.ruleName = ruleName;
    }

    /** The name by which it is left out. */
    public String ruleName() {
        return ruleName;
    }

    /** The rule of this name. */
    public static QuotaRule named(String name) {
        return Arrays.stream(values())
                .filter(each -> each.ruleName.equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "rule: "
                                        + name
                                        + " (expected: one of "
                                        + Arrays.stream(values()).map(QuotaRule::ruleName).toList()
                                        + ")"));
    }
}
