package io.feiqian.proxy;

import io.feiqian.balancing.EjectionReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What is measured of a pool: {@code feiqian.gateway.backend.up} (1 while active checks do not say
 * otherwise) and {@code feiqian.gateway.backend.ejections} by backend, {@code
 * feiqian.gateway.pool.panics} (how often the checks of all backends failed at once). Thread-safe.
 */
public final class PoolMeters {
    /** Of one backend; prepared, so that counting makes nothing. */
    private static final class OfBackend {
        private final Map<EjectionReason, Counter> ejections = new EnumMap<>(EjectionReason.class);
        private volatile boolean up = true;
        private final Gauge gauge;

        OfBackend(MeterRegistry registry, String pool, String name) {
            for (EjectionReason each : EjectionReason.values()) {
                ejections.put(
                        each,
                        Counter.builder("feiqian.gateway.backend.ejections")
                                .description("How often a backend was taken out by itself")
                                .tag("pool", pool)
                                .tag("backend", name)
                                .tag("reason", each.name())
                                .register(registry));
            }
            gauge =
                    Gauge.builder("feiqian.gateway.backend.up", this, it -> it.up ? 1 : 0)
                            .description("1 while active checks do not say otherwise")
                            .tag("pool", pool)
                            .tag("backend", name)
                            .register(registry);
        }
    }

    private final MeterRegistry registry;
    private final String pool;
    private final Counter panics;
    private final Map<String, OfBackend> backends = new ConcurrentHashMap<>();

    /** Measures in this registry. */
    public PoolMeters(MeterRegistry registry, String pool) {
        this.registry = registry;
        this.pool = pool;
        this.panics =
                Counter.builder("feiqian.gateway.pool.panics")
                        .description("How often the checks of all backends of a pool failed")
                        .tag("pool", pool)
                        .register(registry);
    }

    void listed(List<BackendConfig> listed, Predicate<BackendConfig> up) {
        Set<String> gone = new HashSet<>(backends.keySet());
        for (BackendConfig each : listed) {
            gone.remove(each.name());
            backends.computeIfAbsent(each.name(), name -> new OfBackend(registry, pool, name)).up =
                    up.test(each);
        }
        gone.forEach(this::forget);
    }

    void ejected(String backend, EjectionReason reason) {
        OfBackend known = backends.get(backend);
        Counter counter = known == null ? null : known.ejections.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    void panicked() {
        panics.increment();
    }

    void close() {
        Set.copyOf(backends.keySet()).forEach(this::forget);
        remove(panics);
    }

    private void forget(String backend) {
        OfBackend known = backends.remove(backend);
        if (known != null) {
            known.ejections.values().forEach(this::remove);
            remove(known.gauge);
        }
    }

    private void remove(Meter meter) {
        var _ = registry.remove(meter);
    }
}
