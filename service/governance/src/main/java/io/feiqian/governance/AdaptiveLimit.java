package io.feiqian.governance;

/**
 * Finds how many calls at a time a service takes before they only wait for each other; a pure
 * function of windows of measurements.
 *
 * <p>While latency stays near what it is without load, the limit grows by its square root; as
 * latency grows, the limit shrinks in the same measure; what was dropped shrinks it by three
 * tenths. Since latency under load says nothing about latency without, the limit is halved for two
 * windows out of fifty, and what the second one measures is the new base: a service that has become
 * slower for good is not strangled, one that has become faster is noticed.
 *
 * @param least the limit never falls below
 * @param most the limit never rises above
 * @param limit the limit found so far
 * @param baseNanos latency without load; 0 where it is not known yet
 * @param windows windows since the base was measured
 */
record AdaptiveLimit(int least, int most, double limit, double baseNanos, int windows) {
    /** How much slower than without load is still well. */
    static final double TOLERANCE = 1.5;

    private static final int BETWEEN_PROBES = 50;

    /** About twice as many calls as workers are in flight, so that this leaves workers idle. */
    private static final double WHILE_PROBING = 1.0 / 3;

    private static final double SMOOTHING = 0.3;
    private static final double AFTER_DROPS = 0.7;

    /**
     * What was measured in a window.
     *
     * @param meanNanos mean latency of the calls that ended
     * @param mostInFlight most calls at a time
     * @param dropped whether a call was refused for load or not answered in time
     */
    record Sample(double meanNanos, int mostInFlight, boolean dropped) {}

    static AdaptiveLimit of(Rule.Concurrency rule) {
        return new AdaptiveLimit(rule.least(), rule.most(), rule.first(), 0, 0);
    }

    /** How many calls may be in flight. */
    int allowed() {
        double now = isProbing() ? limit * WHILE_PROBING : limit;
        return (int) Math.max(least, Math.min(most, Math.round(now)));
    }

    AdaptiveLimit next(Sample sample) {
        if (windows == BETWEEN_PROBES) {
            // The first window still holds calls that were begun under the whole limit.
            return with(limit, baseNanos, windows + 1);
        }
        if (isProbing()) {
            return with(limit, sample.meanNanos, 0);
        }
        double base = baseNanos == 0 ? sample.meanNanos : Math.min(baseNanos, sample.meanNanos);
        if (sample.dropped) {
            return with(limit * AFTER_DROPS, base, windows + 1);
        }
        if (sample.mostInFlight < limit / 2) {
            // Nobody tried the limit: nothing is known about it, and there is nothing to probe.
            return with(limit, base, windows);
        }
        double gradient = Math.max(0.5, Math.min(1, TOLERANCE * base / sample.meanNanos));
        double wanted = limit * gradient + Math.sqrt(limit);
        return with(limit + SMOOTHING * (wanted - limit), base, windows + 1);
    }

    private boolean isProbing() {
        return windows >= BETWEEN_PROBES;
    }

    private AdaptiveLimit with(double newLimit, double newBase, int newWindows) {
        return new AdaptiveLimit(
                least, most, Math.max(least, Math.min(most, newLimit)), newBase, newWindows);
    }
}
