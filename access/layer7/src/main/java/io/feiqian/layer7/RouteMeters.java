package io.feiqian.layer7;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What is counted and timed of one route; prepared once, so nothing is looked up per request. */
final class RouteMeters {
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final Timer[] byClass = new Timer[6];
    private final Counter retries;

    RouteMeters(MeterRegistry metrics, String route) {
        for (int i = 0; i < byClass.length; i++) {
            byClass[i] =
                    Timer.builder("feiqian.gateway.http")
                            .description("Requests by route and class of HTTP status")
                            .tag("route", route)
                            .tag("status", i == 0 ? "none" : i + "xx")
                            .serviceLevelObjectives(BOUNDS)
                            .register(metrics);
        }
        this.retries =
                Counter.builder("feiqian.gateway.http.retries")
                        .description("Requests tried again at another backend, by route")
                        .tag("route", route)
                        .register(metrics);
    }

    /** The time of the answers of one backend, by the cell that it belongs to. */
    static Timer ofBackend(MeterRegistry metrics, String pool, String backend, String cell) {
        return Timer.builder("feiqian.gateway.backend")
                .description("Answers of backends, by cell")
                .tag("pool", pool)
                .tag("backend", backend)
                .tag("cell", cell.isEmpty() ? "none" : cell)
                .serviceLevelObjectives(BOUNDS)
                .register(metrics);
    }

    void count(int status, long nanos) {
        byClass[status >= 100 && status < 600 ? status / 100 : 0].record(
                nanos, TimeUnit.NANOSECONDS);
    }

    void retried() {
        retries.increment();
    }
}
