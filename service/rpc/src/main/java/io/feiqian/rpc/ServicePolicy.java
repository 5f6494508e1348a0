package io.feiqian.rpc;

import io.feiqian.balancing.PoolPolicy;
import io.feiqian.balancing.RetryBudget;
import java.util.Map;

/**
 * How one service is called.
 *
 * @param usual for every method that has no policy of its own
 * @param methods by the full name of the method, {@code package.Service/Method}
 * @param pool which instances take calls, whatever the method
 * @param retryShare repetitions for each first attempt in the long run, 0 to 10
 * @param retriesAtOnce how many repetitions a quiet service is allowed at once, at least 1
 */
public record ServicePolicy(
        MethodPolicy usual,
        Map<String, MethodPolicy> methods,
        PoolPolicy pool,
        double retryShare,
        int retriesAtOnce) {
    /** One repetition for ten calls, and ten at once. */
    public static final ServicePolicy USUAL =
            new ServicePolicy(MethodPolicy.USUAL, Map.of(), PoolPolicy.USUAL, 0.1, 10);

    /** Refuses a budget out of its range. */
    public ServicePolicy {
        methods = Map.copyOf(methods);
        var _ = new RetryBudget(retryShare, retriesAtOnce);
    }

    /** The same with this policy for every method that has none of its own. */
    public ServicePolicy withUsual(MethodPolicy newUsual) {
        return new ServicePolicy(newUsual, methods, pool, retryShare, retriesAtOnce);
    }

    /** The same with this policy for the pool. */
    public ServicePolicy withPool(PoolPolicy newPool) {
        return new ServicePolicy(usual, methods, newPool, retryShare, retriesAtOnce);
    }

    RetryBudget budget() {
        return new RetryBudget(retryShare, retriesAtOnce);
    }

    MethodPolicy of(String method) {
        return methods.getOrDefault(method, usual);
    }
}
