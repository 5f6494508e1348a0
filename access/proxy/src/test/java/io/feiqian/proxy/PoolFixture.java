package io.feiqian.proxy;

import io.feiqian.balancing.Member;
import io.feiqian.balancing.Place;
import io.feiqian.balancing.Way;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Pools for tests, as configurations would have them. */
final class PoolFixture {
    static final Place HERE = new Place("east", "hangzhou");

    final SettableClock clock = new SettableClock(Instant.EPOCH);
    final BackendOrders orders = new BackendOrders();
    final io.micrometer.core.instrument.simple.SimpleMeterRegistry metrics =
            new io.micrometer.core.instrument.simple.SimpleMeterRegistry();

    BackendPool pool(PoolConfig config) {
        BackendPool pool =
                new BackendPool(
                        config,
                        HERE,
                        clock,
                        Randomness.shared(7),
                        orders,
                        new PoolMeters(metrics, config.name()));
        var _ = orders.watch(change -> pool.ordered());
        return pool;
    }

    static PoolConfig config(Way way, BackendConfig... backends) {
        return new PoolConfig(
                "shop",
                List.of(backends),
                Optional.empty(),
                PoolConfig.BackendProtocol.HTTP1,
                way,
                Optional.empty(),
                StickyConfig.NONE,
                Optional.empty(),
                true,
                0.5,
                Duration.ZERO,
                0.5,
                BackendTimeouts.USUAL,
                1_024,
                Optional.empty(),
                PoolConfig.ProxyVersion.NONE);
    }

    static PoolConfig with(PoolConfig config, StickyConfig sticky) {
        return new PoolConfig(
                config.name(),
                config.backends(),
                config.service(),
                config.protocol(),
                config.way(),
                config.key(),
                sticky,
                config.health(),
                config.ejection(),
                config.keptShare(),
                config.slowStart(),
                config.siteShare(),
                config.timeouts(),
                config.connections(),
                config.tls(),
                config.proxyProtocol());
    }

    static PoolConfig with(PoolConfig config, HealthCheckConfig health) {
        return new PoolConfig(
                config.name(),
                config.backends(),
                config.service(),
                config.protocol(),
                config.way(),
                config.key(),
                config.sticky(),
                Optional.of(health),
                config.ejection(),
                config.keptShare(),
                config.slowStart(),
                config.siteShare(),
                config.timeouts(),
                config.connections(),
                config.tls(),
                config.proxyProtocol());
    }

    static PoolConfig with(PoolConfig config, BackendTls tls) {
        return new PoolConfig(
                config.name(),
                config.backends(),
                config.service(),
                config.protocol(),
                config.way(),
                config.key(),
                config.sticky(),
                config.health(),
                config.ejection(),
                config.keptShare(),
                config.slowStart(),
                config.siteShare(),
                config.timeouts(),
                config.connections(),
                Optional.of(tls),
                config.proxyProtocol());
    }

    /** A backend at a port of this machine that is its name's. */
    static BackendConfig backend(String name) {
        return backend(name, 100, "", Map.of());
    }

    static BackendConfig backend(String name, int weight) {
        return backend(name, weight, "", Map.of());
    }

    static BackendConfig backend(String name, int weight, String cell, Map<String, String> labels) {
        return new BackendConfig(
                "127.0.0.1:" + (1_000 + name.charAt(0)),
                Optional.of(name),
                weight,
                "",
                "",
                cell,
                labels);
    }

    static BackendConfig at(String name, String site) {
        return new BackendConfig(
                "127.0.0.1:80", Optional.of(name), 100, site, "hangzhou", "", Map.of());
    }

    /** How often each was chosen of so many times, with keys from 0 on. */
    static Map<String, Integer> chosen(BackendPool pool, int times) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < times; i++) {
            pool.choose(i).ifPresent(each -> counts.merge(each.instance().name(), 1, Integer::sum));
        }
        return counts;
    }

    static Set<String> names(BackendPool pool) {
        return new TreeSet<>(chosen(pool, 200).keySet());
    }

    static Member<Backend> member(BackendPool pool, String name) {
        return pool.members().stream()
                .filter(each -> each.instance().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
