package io.feiqian.proxy;

import io.feiqian.balancing.Place;
import io.feiqian.proxy.spi.BackendSource;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All pools of a gateway, as its configuration, the registry, operators and active checks want them
 * (the second half of {@link ProxyConfig}). Another configuration changes the pools in place:
 * backends that stay keep their state. Thread-safe.
 */
public final class BackendPools implements AutoCloseable {
    private final Place here;
    private final Clock clock;
    private final Randomness randomness;
    private final BackendOrders orders;
    private final BackendSource source;
    private final HealthChecks checks;
    private final MeterRegistry metrics;
    private final Runnable unwatch;

    // Both under this object's lock; the map that is read is a copy.
    private final Map<String, Runnable> followed = new HashMap<>();
    private volatile Map<String, BackendPool> pools = Map.of();

    /**
     * No pools yet; see {@link #configure}.
     *
     * @param here where this gateway runs
     * @param randomness used by all threads at once, so {@link Randomness#shared} or {@link
     *     Randomness#secure}
     * @param source who knows the instances of services
     * @param checks does the active checks; closed with this
     */
    public BackendPools(
            Place here,
            Clock clock,
            Randomness randomness,
            BackendOrders orders,
            BackendSource source,
            HealthChecks checks,
            MeterRegistry metrics) {
        this.here = here;
        this.clock = clock;
        this.randomness = randomness;
        this.orders = orders;
        this.source = source;
        this.checks = checks;
        this.metrics = metrics;
        this.unwatch = orders.watch(this::ordered);
    }

    /** The pool of this name; empty where none is configured. */
    public Optional<BackendPool> pool(String name) {
        return Optional.ofNullable(pools.get(name));
    }

    /** All pools by name. */
    public Map<String, BackendPool> all() {
        return pools;
    }

    /** How each backend of each pool stands. */
    public List<BackendState> states() {
        return pools.values().stream()
                .sorted((a, b) -> a.config().name().compareTo(b.config().name()))
                .flatMap(each -> each.states().stream())
                .toList();
    }

    /** Takes over these pools: new ones begin, known ones are changed, others end. */
    public synchronized void configure(List<PoolConfig> configs) {
        Map<String, BackendPool> next = new HashMap<>();
        for (PoolConfig each : configs) {
            BackendPool known = pools.get(each.name());
            if (known == null) {
                PoolMeters meters = new PoolMeters(metrics, each.name());
                known = new BackendPool(each, here, clock, randomness, orders, meters);
            } else if (!known.config().equals(each)) {
                if (!known.config().service().equals(each.service())) {
                    unfollow(each.name());
                }
                known.configure(each);
            }
            next.put(each.name(), known);
        }
        Set<String> gone =
                pools.keySet().stream()
                        .filter(each -> !next.containsKey(each))
                        .collect(Collectors.toSet());
        Map<String, BackendPool> before = pools;
        pools = Map.copyOf(next);
        next.values().forEach(this::follow);
        next.values().forEach(checks::follow);
        for (String each : gone) {
            unfollow(each);
            checks.forget(each);
            BackendPool pool = before.get(each);
            if (pool != null) {
                pool.forgotten();
            }
        }
    }

    /** Follows nobody and checks nobody any more. */
    @Override
    public synchronized void close() {
        unwatch.run();
        Set.copyOf(followed.keySet()).forEach(this::unfollow);
        checks.close();
    }

    private void follow(BackendPool pool) {
        String name = pool.config().name();
        pool.config()
                .service()
                .filter(service -> !followed.containsKey(name))
                .ifPresent(service ->
                        followed.put(
                                name, source.watch(service, backends -> listed(pool, backends))));
    }

    /**
     * What a registry says. One that lists nobody has lost its memory rather than the bank all its
     * instances: the last list holds (D5.5-0).
     */
    private void listed(BackendPool pool, List<BackendConfig> backends) {
        if (backends.isEmpty() && !pool.members().isEmpty()) {
            return;
        }
        pool.listed(backends);
        checks.follow(pool);
    }

    private void unfollow(String pool) {
        Runnable end = followed.remove(pool);
        if (end != null) {
            end.run();
        }
    }

    private void ordered(BackendOrders.Change change) {
        if (change instanceof BackendOrders.Change.OfBackend(var which, _)) {
            BackendPool pool = pools.get(which.pool());
            if (pool != null) {
                pool.ordered();
            }
        }
    }
}
