package io.feiqian.balancing;

/**
 * When calls leave their site, and when their city. A place is good enough while the share of its
 * instances that serve is at least {@code widenBelow}; once left it is returned to when the share
 * is {@code narrowFrom} again, so that one instance that comes and goes does not turn the traffic
 * of a whole site around.
 *
 * @param widenBelow the share below which a place is left, from 0 (never, while one serves) to 1
 * @param narrowFrom the share from which it is returned to, at least {@code widenBelow}, at most 1
 * @param fewest how many must serve in any case, at least 1; guards the few that are left where the
 *     registry has forgotten most of a site
 */
public record SitePreference(double widenBelow, double narrowFrom, int fewest) {
    /** Left below half of its instances, returned to from seven tenths. */
    public static final SitePreference USUAL = new SitePreference(0.5, 0.7, 1);

    /** Refuses shares that are out of order or outside 0 to 1. */
    public SitePreference {
        if (!(widenBelow >= 0 && widenBelow <= narrowFrom && narrowFrom <= 1)) {
            throw new IllegalArgumentException(
                    "site preference: widen below %s, narrow from %s (expected: 0 <= first <= second <= 1)"
                            .formatted(widenBelow, narrowFrom));
        }
        if (fewest < 1) {
            throw new IllegalArgumentException("fewest: " + fewest + " (expected: >= 1)");
        }
    }

    /**
     * Whether a place is left.
     *
     * @param serving how many of its instances serve
     * @param listed how many are listed
     * @param left whether it is left already
     */
    boolean isLeft(int serving, int listed, boolean left) {
        if (serving < fewest) {
            return true;
        }
        return serving < (left ? narrowFrom : widenBelow) * listed;
    }
}
