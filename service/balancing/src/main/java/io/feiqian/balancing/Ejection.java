package io.feiqian.balancing;

import io.feiqian.runtime.Backoff;
import java.time.Duration;

/**
 * When an instance is taken out because of how its calls end, and for how long. Instances that were
 * not reached are always taken out at once, all but the last; the rest are judgements, and bounded:
 * never more than {@code mostShare} of the instances at a time, so that a fault which all of them
 * show, or which is the caller's own, empties nothing.
 *
 * @param unreached how long one that was not reached is passed over; zero for not at all
 * @param consecutiveFailures how many failures in a row eject; 0 for never
 * @param failureShare the share of failures within an interval that ejects, more than 0; above 1
 *     for never
 * @param latencyFactor how many times the median of all instances one may take within an interval;
 *     0 for never
 * @param latencyFloor what is never too slow
 * @param leastCalls how many calls an instance must have answered within an interval to be judged
 * @param interval how often failures and times are judged
 * @param length how long it is out: the first time, and the most when it fails again and again
 * @param back how it comes back
 * @param mostShare the largest share of the instances that is out by judgement, 0 to less than 1
 */
public record Ejection(
        Duration unreached,
        int consecutiveFailures,
        double failureShare,
        double latencyFactor,
        Duration latencyFloor,
        int leastCalls,
        Duration interval,
        Backoff length,
        SlowStart back,
        double mostShare) {
    /** Five in a row, or half of a second's calls, or ten times the others' time. */
    public static final Ejection USUAL =
            new Ejection(
                    Duration.ofSeconds(1),
                    5,
                    0.5,
                    10,
                    Duration.ofMillis(100),
                    10,
                    Duration.ofSeconds(1),
                    new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(30)),
                    new SlowStart(Duration.ofSeconds(5), 0.1),
                    0.5);

    /** Refuses what could not be meant. */
    public Ejection {
        require(!unreached.isNegative(), "unreached", unreached, ">= 0");
        require(consecutiveFailures >= 0, "consecutive failures", consecutiveFailures, ">= 0");
        require(failureShare > 0, "failure share", failureShare, "> 0");
        require(
                latencyFactor == 0 || latencyFactor > 1,
                "latency factor",
                latencyFactor,
                "0, or > 1");
        require(!latencyFloor.isNegative(), "latency floor", latencyFloor, ">= 0");
        require(leastCalls >= 1, "least calls", leastCalls, ">= 1");
        require(!interval.isNegative() && !interval.isZero(), "interval", interval, "> 0");
        require(mostShare >= 0 && mostShare < 1, "most share", mostShare, "0 to less than 1");
    }

    /** Nothing is ever taken out. */
    public static final Ejection NEVER =
            new Ejection(
                    Duration.ZERO,
                    0,
                    2,
                    0,
                    Duration.ZERO,
                    1,
                    Duration.ofSeconds(1),
                    USUAL.length(),
                    SlowStart.NONE,
                    0);

    /** The same, but one that was not reached is passed over for so long. */
    public Ejection unreachedFor(Duration time) {
        return new Ejection(
                time,
                consecutiveFailures,
                failureShare,
                latencyFactor,
                latencyFloor,
                leastCalls,
                interval,
                length,
                back,
                mostShare);
    }

    /** The same, but at most this share is out by judgement. */
    public Ejection atMost(double share) {
        return new Ejection(
                unreached,
                consecutiveFailures,
                failureShare,
                latencyFactor,
                latencyFloor,
                leastCalls,
                interval,
                length,
                back,
                share);
    }

    /** How many of so many instances may be out by judgement. */
    int most(int instances) {
        return Math.min((int) (mostShare * instances), instances - 1);
    }

    private static void require(boolean right, String what, Object value, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: " + expected + ")");
        }
    }
}
