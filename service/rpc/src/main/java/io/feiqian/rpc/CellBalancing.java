package io.feiqian.rpc;

import io.feiqian.balancing.PoolPolicy;
import io.feiqian.balancing.SlowStart;
import io.feiqian.balancing.Way;
import java.time.Duration;
import java.util.Map;

/**
 * How calls to cells choose among the instances of a cell.
 *
 * @param way the way of every method that has none of its own
 * @param ways by the name of a method ({@code service/method}) or of a service; the method's counts
 *     first
 * @param policy when an instance is taken out, and how it comes back; how long one that was not
 *     reached is passed over is {@link RpcClientConfig#penalty}
 */
public record CellBalancing(Way way, Map<String, Way> ways, PoolPolicy policy) {
    /** One after the other; a new instance takes its full turns at once. */
    public static final CellBalancing USUAL =
            new CellBalancing(Way.ROUND_ROBIN, Map.of(), PoolPolicy.USUAL.with(SlowStart.NONE));

    /** Copies. */
    public CellBalancing {
        ways = Map.copyOf(ways);
    }

    Way wayOf(String method) {
        if (ways.isEmpty()) {
            return way;
        }
        Way own = ways.get(method);
        return own != null
                ? own
                : ways.getOrDefault(method.substring(0, method.lastIndexOf('/')), way);
    }

    PoolPolicy pool(Duration penalty) {
        return policy.with(policy.ejection().unreachedFor(penalty));
    }
}
