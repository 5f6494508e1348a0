package io.feiqian.proxy;

import io.feiqian.balancing.Instance;
import io.feiqian.balancing.Member;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.Pool;
import io.feiqian.balancing.PoolPolicy;
import io.feiqian.balancing.spi.Picker;
import io.feiqian.balancing.spi.PoolEvents;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The backends of one pool and whom of them a request or connection goes to. Thread-safe; a choice
 * without a predicate allocates nothing.
 */
public final class BackendPool {
    private final PoolConfig config;
    private final Pool<Backend> pool;
    private final Picker picker;

    /**
     * A pool of the backends that are configured.
     *
     * @param here where this gateway runs
     * @param randomness used by all threads at once
     */
    public BackendPool(PoolConfig config, Place here, Clock clock, Randomness randomness) {
        this.config = config;
        this.pool = new Pool<>(PoolPolicy.USUAL, here, clock, PoolEvents.none());
        this.picker = config.way().picker(randomness);
        pool.instances(instances(config));
    }

    /** What it was made from. */
    public PoolConfig config() {
        return config;
    }

    /**
     * Chooses a backend.
     *
     * @param key what keeps requests of the same key together, for ways that do; else anything
     * @return empty only where there is none
     */
    public Optional<Member<Backend>> choose(long key) {
        return pool.pick(picker, key);
    }

    /** The same among those that are wanted, such as those of a cell or not tried yet. */
    public Optional<Member<Backend>> choose(long key, Predicate<? super Member<Backend>> wanted) {
        return pool.pick(picker, key, wanted);
    }

    /** All backends, also those that take nothing now. */
    public List<Member<Backend>> members() {
        return pool.members();
    }

    private static List<Instance<Backend>> instances(PoolConfig config) {
        return config.backends().stream().map(each -> instance(config.name(), each)).toList();
    }

    private static Instance<Backend> instance(String pool, BackendConfig config) {
        HostPort at = HostPort.parse(config.address());
        return new Instance<>(
                config.name(),
                new Backend(
                        pool,
                        config.name(),
                        InetSocketAddress.createUnresolved(at.host(), at.port()),
                        config.cell()),
                new Place(config.site(), config.city()),
                config.weight(),
                Map.copyOf(config.labels()));
    }
}
