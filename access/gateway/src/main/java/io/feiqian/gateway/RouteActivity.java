package io.feiqian.gateway;

import io.feiqian.runtime.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What came to each route in the last minute, worked out from the meters that are counted anyway:
 * requests pay nothing for it. Percentiles are the upper ends of the meters' buckets. Thread-safe.
 */
final class RouteActivity {
    private static final String METER = "feiqian.gateway.http";
    private static final long WINDOW = Duration.ofSeconds(60).toNanos();
    private static final long STEP = Duration.ofSeconds(5).toNanos();
    private static final int MOST_SHOWN = 100;

    /** What was counted of one route since the start. */
    private static final class Counted {
        private long requests;
        private long failed;
        private final NavigableMap<Double, Double> buckets = new TreeMap<>();
    }

    private record Sample(long at, Map<String, Counted> routes) {}

    private final MeterRegistry metrics;
    private final Clock clock;
    private final Deque<Sample> samples = new ArrayDeque<>();

    RouteActivity(MeterRegistry metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Takes a sample where the last one is old; to be said every few seconds. */
    synchronized void sample() {
        long now = clock.nanos();
        if (samples.isEmpty() || now - samples.getLast().at >= STEP) {
            samples.addLast(counted(now));
        }
        // One that is older than the window stays: it is what the window begins with.
        while (samples.size() > 2 && now - second().at >= WINDOW) {
            samples.removeFirst();
        }
    }

    private Sample second() {
        var all = samples.iterator();
        all.next();
        return all.next();
    }

    /** The routes, the busiest first. */
    synchronized List<GatewayStatus.RouteCounts> lately() {
        sample();
        Map<String, Counted> before = samples.size() < 2 ? Map.of() : samples.getFirst().routes;
        List<GatewayStatus.RouteCounts> all = new ArrayList<>();
        counted(clock.nanos())
                .routes
                .forEach((route, now) ->
                        all.add(difference(route, before.getOrDefault(route, new Counted()), now)));
        return all.stream()
                .filter(each -> each.requests() > 0)
                .sorted(
                        Comparator.comparingLong(GatewayStatus.RouteCounts::requests)
                                .reversed()
                                .thenComparing(GatewayStatus.RouteCounts::name))
                .limit(MOST_SHOWN)
                .toList();
    }

    private static GatewayStatus.RouteCounts difference(String route, Counted before, Counted now) {
        NavigableMap<Double, Double> buckets = new TreeMap<>();
        now.buckets.forEach((bound, count) ->
                buckets.put(bound, count - before.buckets.getOrDefault(bound, 0.0)));
        long requests = now.requests - before.requests;
        return new GatewayStatus.RouteCounts(
                route,
                requests,
                now.failed - before.failed,
                percentile(buckets, 0.50 * requests),
                percentile(buckets, 0.99 * requests));
    }

    /** The end of the first bucket below which so many lie; buckets count all below their end. */
    private static long percentile(NavigableMap<Double, Double> buckets, double wanted) {
        for (Map.Entry<Double, Double> each : buckets.entrySet()) {
            if (each.getValue() >= wanted) {
                return each.getKey().longValue();
            }
        }
        return buckets.isEmpty() ? 0 : buckets.lastEntry().getKey().longValue();
    }

    private Sample counted(long now) {
        Map<String, Counted> routes = new HashMap<>();
        for (Timer each : metrics.find(METER).timers()) {
            String route = each.getId().getTag("route");
            Counted counted =
                    routes.computeIfAbsent(route == null ? "" : route, _ -> new Counted());
            counted.requests += each.count();
            String status = each.getId().getTag("status");
            if ("5xx".equals(status) || "none".equals(status)) {
                counted.failed += each.count();
            }
            for (CountAtBucket bucket : each.takeSnapshot().histogramCounts()) {
                counted.buckets.merge(
                        bucket.bucket(TimeUnit.MICROSECONDS), bucket.count(), Double::sum);
            }
        }
        return new Sample(now, routes);
    }
}
