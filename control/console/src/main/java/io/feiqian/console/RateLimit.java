package io.feiqian.console;

import io.feiqian.runtime.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many requests somebody may send: so many a second, and some more at once after a pause. Keeps
 * the 10,000 that came last. Thread-safe.
 */
final class RateLimit {
    private static final int MOST = 10_000;
    private static final double SECOND = Duration.ofSeconds(1).toNanos();

    /** What somebody has left, and as of when. */
    private record Left(double requests, long nanos) {}

    private final Clock clock;
    private final double perSecond;
    private final double atOnce;
    private final Map<String, Left> byName =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Left> eldest) {
                    return size() > MOST;
                }
            };

    RateLimit(Clock clock, int perSecond, int atOnce) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.atOnce = atOnce;
    }

    /** Takes one request; zero, or how long to wait where there is none left. */
    synchronized Duration take(String name) {
        long now = clock.nanos();
        Left before = byName.getOrDefault(name, new Left(atOnce, now));
        double since = Math.max(0, now - before.nanos()) / SECOND;
        double left = Math.min(atOnce, before.requests() + since * perSecond);
        boolean enough = left >= 1;
        byName.put(name, new Left(enough ? left - 1 : left, now));
        return enough ? Duration.ZERO : Duration.ofNanos((long) ((1 - left) / perSecond * SECOND));
    }
}
