package io.feiqian.gateway;

import io.feiqian.balancing.Member;
import io.feiqian.balancing.Place;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.BackendPool;
import io.feiqian.proxy.BackendState;
import io.feiqian.proxy.ConnectionGate;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What alarm rules look at of a gateway, brought up to date every few seconds from what is known
 * anyway: {@code feiqian.gateway.pool.serving} by pool, {@code feiqian.gateway.document.version}
 * and {@code .refused} (1 while a newer document is not in force), {@code
 * feiqian.gateway.limits.refused} (connections that bounds refused; blocked clients do not count)
 * and {@code feiqian.gateway.elsewhere} (answers of backends in another city than the gateway's, by
 * pool). One thread at a time.
 */
final class GatewayGauges {
    private static final String ANSWERS = "feiqian.gateway.backend";

    /** One backend's answers. */
    private record Answerer(String pool, String backend) {}

    private final DataPlane plane;
    private final MeterRegistry metrics;
    private final MultiGauge serving;
    private final Map<Answerer, Long> seen = new HashMap<>();

    GatewayGauges(
            DataPlane plane, MeterRegistry metrics, Supplier<GatewayStatus.Document> document) {
        this.plane = plane;
        this.metrics = metrics;
        this.serving =
                MultiGauge.builder("feiqian.gateway.pool.serving")
                        .description("Backends of a pool that take requests")
                        .register(metrics);
        var _ =
                Gauge.builder("feiqian.gateway.document.version", () -> document.get().version())
                        .description("The version of the document in force; 0 for none")
                        .register(metrics);
        var _ =
                Gauge.builder(
                                "feiqian.gateway.document.refused",
                                () -> document.get().refused().isEmpty() ? 0 : 1)
                        .description("1 while a newer document is not in force")
                        .register(metrics);
        var _ =
                FunctionCounter.builder(
                                "feiqian.gateway.limits.refused",
                                plane.gate(),
                                GatewayGauges::refused)
                        .description("Connections that bounds refused")
                        .register(metrics);
    }

    private static double refused(ConnectionGate gate) {
        return gate.refusals().entrySet().stream()
                .filter(each -> each.getKey() != ConnectionGate.Refusal.BLOCKED)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Looks at all pools. */
    void sample() {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        Map<Answerer, Long> now = new HashMap<>();
        plane.pools()
                .all()
                .forEach((name, pool) -> {
                    long serves = pool.states().stream().filter(GatewayGauges::isServing).count();
                    rows.add(MultiGauge.Row.of(Tags.of("pool", name), serves));
                    elsewhere(name, pool, now);
                });
        serving.register(rows, true);
        seen.clear();
        seen.putAll(now);
    }

    private static boolean isServing(BackendState state) {
        return !state.order().blocked()
                && !state.order().drained()
                && state.health() != BackendState.Health.DOWN
                && !state.ejected();
    }

    private void elsewhere(String pool, BackendPool backends, Map<Answerer, Long> now) {
        for (Member<Backend> each : backends.members()) {
            if (isElsewhere(each.instance().place())) {
                Answerer who = new Answerer(pool, each.instance().name());
                long answers = answers(who);
                now.put(who, answers);
                long more = answers - seen.getOrDefault(who, 0L);
                // Made at once, so that its first growth is seen as one.
                metrics.counter("feiqian.gateway.elsewhere", "pool", pool)
                        .increment((double) Math.max(0, more));
            }
        }
    }

    private boolean isElsewhere(Place place) {
        String here = plane.here().city();
        return !here.isEmpty() && !place.city().isEmpty() && !here.equals(place.city());
    }

    private long answers(Answerer who) {
        long all = 0;
        for (Timer each :
                metrics.find(ANSWERS).tags("pool", who.pool(), "backend", who.backend()).timers()) {
            all += each.count();
        }
        return all;
    }
}
