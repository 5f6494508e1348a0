package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.spi.Guard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as requests go by it; swapped as a whole. A request goes by one of them from its
 * beginning to its end. Immutable.
 */
public final class Routing {
    private static final int BUCKETS = 256;

    private final ProxyConfig config;
    private final Map<String, PoolRun> pools;

    /**
     * By the byte behind the first slash: the routes that paths with it may fit, in their order.
     */
    private final RoutePlan[][] byByte = new RoutePlan[BUCKETS][];

    private final RoutePlan[] all;

    Routing(
            ProxyConfig config,
            Map<String, PoolRun> pools,
            Guard guard,
            Function<String, RouteMeters> meters) {
        this.config = config;
        this.pools = Map.copyOf(pools);
        this.all =
                config.routes().stream()
                        .map(each -> new RoutePlan(each, pools, guard, meters.apply(each.name())))
                        .toArray(RoutePlan[]::new);
        for (int i = 0; i < BUCKETS; i++) {
            List<RoutePlan> some = new ArrayList<>();
            for (RoutePlan each : all) {
                if (each.path.length < 2 || (each.path[1] & 0xff) == i) {
                    some.add(each);
                }
            }
            byByte[i] = some.toArray(RoutePlan[]::new);
        }
    }

    /** What it was made from. */
    public ProxyConfig config() {
        return config;
    }

    /** The pool of this name; null for none. */
    public @Nullable PoolRun pool(String name) {
        return pools.get(name);
    }

    /** All pools by name. */
    public Map<String, PoolRun> pools() {
        return pools;
    }

    /** The route that a request goes by: the first that fits. */
    RoutePlan find(Head head) {
        RoutePlan[] some =
                head.routeEnd - head.routeStart > 1
                        ? byByte[head.bytes[head.routeStart + 1] & 0xff]
                        : all;
        for (RoutePlan each : some) {
            if (each.fits(head)) {
                return each;
            }
        }
        return RoutePlan.NOWHERE;
    }

    /** Whether this backend is one of them. */
    boolean has(PoolRun pool, Member<Backend> member) {
        return pools.get(pool.config().name()) == pool
                && pool.backends().members().contains(member);
    }
}
