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
 * What came to each route, and what each cell answered, in the last minute; worked out from the
 * meters that are counted anyway: requests pay nothing for it. Percentiles are the upper ends of
 * the meters' buckets. Thread-safe.
 */
final class RouteActivity {
    private static final String ROUTES = "feiqian.gateway.http";
    private static final String BACKENDS = "feiqian.gateway.backend";
    private static final String NO_CELL = "none";
    private static final long WINDOW = Duration.ofSeconds(60).toNanos();
    private static final long STEP = Duration.ofSeconds(5).toNanos();
    private static final int MOST_SHOWN = 100;

    /** What was counted of one route or cell since the start. */
    private static final class Counted {
        private long requests;
        private long failed;
        private final NavigableMap<Double, Double> buckets = new TreeMap<>();

        void add(Timer timer) {
            requests += timer.count();
            String status = timer.getId().getTag("status");
            if ("5xx".equals(status) || "none".equals(status)) {
                failed += timer.count();
            }
            for (CountAtBucket bucket : timer.takeSnapshot().histogramCounts()) {
                buckets.merge(bucket.bucket(TimeUnit.MICROSECONDS), bucket.count(), Double::sum);
            }
        }

        /** What came since then. */
        Counted since(Counted before) {
            Counted now = new Counted();
            now.requests = requests - before.requests;
            now.failed = failed - before.failed;
            buckets.forEach((bound, count) ->
                    now.buckets.put(bound, count - before.buckets.getOrDefault(bound, 0.0)));
            return now;
        }

        /** The end of the first bucket below which so many lie; buckets count all below. */
        long percentile(double part) {
            for (Map.Entry<Double, Double> each : buckets.entrySet()) {
                if (each.getValue() >= part * requests) {
                    return each.getKey().longValue();
                }
            }
            return buckets.isEmpty() ? 0 : buckets.lastEntry().getKey().longValue();
        }
    }

    private record Sample(long at, Map<String, Counted> routes, Map<String, Counted> cells) {}

    /** One of the two kinds of things that are counted. */
    @FunctionalInterface
    private interface Part {
        Map<String, Counted> of(Sample sample);
    }

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
        List<GatewayStatus.RouteCounts> all = new ArrayList<>();
        lately(Sample::routes)
                .forEach((route, came) ->
                        all.add(
                                new GatewayStatus.RouteCounts(
                                        route,
                                        came.requests,
                                        came.failed,
                                        came.percentile(0.50),
                                        came.percentile(0.99))));
        return all.stream()
                .sorted(
                        Comparator.comparingLong(GatewayStatus.RouteCounts::requests)
                                .reversed()
                                .thenComparing(GatewayStatus.RouteCounts::name))
                .limit(MOST_SHOWN)
                .toList();
    }

    /** The cells, by name. */
    synchronized List<GatewayStatus.CellCounts> cellsLately() {
        List<GatewayStatus.CellCounts> all = new ArrayList<>();
        lately(Sample::cells)
                .forEach((cell, came) ->
                        all.add(
                                new GatewayStatus.CellCounts(
                                        cell,
                                        came.requests,
                                        came.percentile(0.50),
                                        came.percentile(0.99))));
        return all.stream().limit(MOST_SHOWN).toList();
    }

    /** What came to whom within the window; who got nothing is left out. */
    private Map<String, Counted> lately(Part part) {
        sample();
        Map<String, Counted> before = samples.size() < 2 ? Map.of() : part.of(samples.getFirst());
        Map<String, Counted> came = new TreeMap<>();
        part.of(counted(clock.nanos()))
                .forEach((name, now) -> {
                    Counted since = now.since(before.getOrDefault(name, new Counted()));
                    if (since.requests > 0) {
                        came.put(name, since);
                    }
                });
        return came;
    }

    private Sample counted(long now) {
        Map<String, Counted> cells = by(BACKENDS, "cell");
        cells.remove(NO_CELL);
        return new Sample(now, by(ROUTES, "route"), cells);
    }

    private Map<String, Counted> by(String meter, String tag) {
        Map<String, Counted> all = new HashMap<>();
        for (Timer each : metrics.find(meter).timers()) {
            String name = each.getId().getTag(tag);
            all.computeIfAbsent(name == null ? "" : name, _ -> new Counted()).add(each);
        }
        return all;
    }
}
