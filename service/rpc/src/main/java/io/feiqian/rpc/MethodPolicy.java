package io.feiqian.rpc;

import io.feiqian.balancing.Way;
import io.feiqian.runtime.Backoff;
import java.time.Duration;

/**
 * How one method of a service is called.
 *
 * @param way how an instance is chosen
 * @param tolerance what is done where the call fails
 * @param attempts how often it is tried in all where a repetition is safe, at least 1; instances
 *     that are passed over because they were not reached do not count
 * @param attemptTimeout how long one instance may take where a repetition is safe; then another is
 *     asked
 * @param pause between a failure and the next attempt; up to half of it is left to chance
 */
public record MethodPolicy(
        Way way, FaultTolerance tolerance, int attempts, Duration attemptTimeout, Backoff pause) {
    /** Less busy of two, another one where that fails, three times at most. */
    public static final MethodPolicy USUAL =
            new MethodPolicy(
                    Way.LEAST_OUTSTANDING,
                    FaultTolerance.FAIL_OVER,
                    3,
                    Duration.ofSeconds(5),
                    new Backoff(Duration.ofMillis(25), Duration.ofMillis(500)));

    /** Refuses no attempt at all and no time for one. */
    public MethodPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts: " + attempts + " (expected: >= 1)");
        }
        RpcClientConfig.requirePositive("attempt timeout", attemptTimeout);
    }

    /** The same, choosing this way. */
    public MethodPolicy with(Way newWay) {
        return new MethodPolicy(newWay, tolerance, attempts, attemptTimeout, pause);
    }

    /** The same with this tolerance. */
    public MethodPolicy with(FaultTolerance newTolerance) {
        return new MethodPolicy(way, newTolerance, attempts, attemptTimeout, pause);
    }
}
