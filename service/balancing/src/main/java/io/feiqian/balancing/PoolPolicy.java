package io.feiqian.balancing;

/**
 * What holds for the instances of one service, whichever way a call chooses among them.
 *
 * @param places when calls leave their site and their city
 * @param slowStart how a new instance gets to its full share
 * @param ejection when an instance is taken out, and how it comes back
 */
public record PoolPolicy(SitePreference places, SlowStart slowStart, Ejection ejection) {
    /** What holds unless configured. */
    public static final PoolPolicy USUAL =
            new PoolPolicy(SitePreference.USUAL, SlowStart.USUAL, Ejection.USUAL);

    /** The same with this ejection. */
    public PoolPolicy with(Ejection newEjection) {
        return new PoolPolicy(places, slowStart, newEjection);
    }

    /** The same with this slow start. */
    public PoolPolicy with(SlowStart newSlowStart) {
        return new PoolPolicy(places, newSlowStart, ejection);
    }
}
