package io.feiqian.proxy;

import io.feiqian.runtime.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of TLS files, by whose they are. The next configuration is made ready before the one
 * before is over, so that for a moment there are two of one name: the newer counts, and the older
 * one again where the newer is refused. Thread-safe.
 */
final class TlsMeters {
    /** Files that are watched. */
    interface Watched {
        /** Whether those that are there now cannot be used, so that older ones hold. */
        boolean isStale();

        /** When the first certificate expires; {@link Instant#MAX} where there is none. */
        Instant expires();
    }

    /** What is shown of one name. */
    private static final class Shown {
        private final Deque<Watched> watched = new ArrayDeque<>();
        private final List<Meter> meters = new ArrayList<>();
        private final Counter taken;
        private final Counter refused;
        private boolean dated;

        Shown(Counter taken, Counter refused) {
            this.taken = taken;
            this.refused = refused;
        }
    }

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<String, Shown> all = new HashMap<>();

    TlsMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /** These files are watched from now on. */
    synchronized void enter(String what, Watched watched) {
        Shown shown = all.computeIfAbsent(what, this::show);
        shown.watched.push(watched);
        if (!shown.dated && watched.expires().isBefore(Instant.MAX)) {
            shown.dated = true;
            shown.meters.add(
                    Gauge.builder("feiqian.gateway.tls.expires", shown, this::daysLeft)
                            .description("Days until the first certificate in use expires")
                            .baseUnit("days")
                            .tag("of", what)
                            .register(registry));
        }
    }

    /** They are watched no longer. */
    synchronized void leave(String what, Watched watched) {
        Shown shown = all.get(what);
        if (shown != null && shown.watched.remove(watched) && shown.watched.isEmpty()) {
            all.remove(what);
            shown.meters.forEach(registry::remove);
        }
    }

    /** Changed files hold from now on. */
    synchronized void taken(String what) {
        Shown shown = all.get(what);
        if (shown != null) {
            shown.taken.increment();
        }
    }

    /** Changed files cannot be used. */
    synchronized void refused(String what) {
        Shown shown = all.get(what);
        if (shown != null) {
            shown.refused.increment();
        }
    }

    private Shown show(String what) {
        Shown shown = new Shown(counter(what, "taken"), counter(what, "refused"));
        shown.meters.addAll(
                List.of(
                        shown.taken,
                        shown.refused,
                        Gauge.builder("feiqian.gateway.tls.stale", shown, this::stale)
                                .description("1 while changed TLS files cannot be used")
                                .tag("of", what)
                                .register(registry)));
        return shown;
    }

    private Counter counter(String what, String outcome) {
        return Counter.builder("feiqian.gateway.tls.reloads")
                .description("Changed TLS files that were taken or refused")
                .tag("of", what)
                .tag("outcome", outcome)
                .register(registry);
    }

    private synchronized double stale(Shown shown) {
        Watched newest = shown.watched.peek();
        return newest != null && newest.isStale() ? 1 : 0;
    }

    private synchronized double daysLeft(Shown shown) {
        Watched newest = shown.watched.peek();
        if (newest == null) {
            return Double.NaN;
        }
        // Negative where it has.
        Duration left = Duration.between(clock.now(), newest.expires());
        return left.toSeconds() / (double) Duration.ofDays(1).toSeconds();
    }
}
